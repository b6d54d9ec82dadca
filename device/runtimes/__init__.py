"""What runs the model. Every backend implements `device.runtimes.runtime`."""
