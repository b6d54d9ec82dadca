"""The demonstration: `python -m device.demo`."""
