"""Whether a shot is good."""
