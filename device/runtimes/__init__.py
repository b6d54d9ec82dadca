"""What runs the model. Every backend keeps the contract in `device.runtimes.runtime`."""
