"""What asks for a shot."""
