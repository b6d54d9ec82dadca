"""The Edge TPU compiler, and a static prediction of what it maps."""
