"""The service: composition and loop."""
