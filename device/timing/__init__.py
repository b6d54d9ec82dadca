"""What `device.bench` measures."""
