"""A model folder and its manifest."""
