"""What the bare plate takes out of masks: leaks, and garments that it must leave alone."""
