"""The loop, its phases, its loss, its records."""
