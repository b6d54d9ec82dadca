"""Whether the int8 model still does what the float model does."""
