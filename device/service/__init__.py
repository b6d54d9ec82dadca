"""The systemd service: install, remove."""
