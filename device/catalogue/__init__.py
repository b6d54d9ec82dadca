"""What `device.subscribe` writes."""
