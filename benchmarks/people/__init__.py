"""Sessions in which somebody stands in the picture, and what the trigger makes of them."""
