"""The Edge TPU compiler and what it takes."""
