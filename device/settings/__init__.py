"""Every setting as a frozen value, and its rule."""
