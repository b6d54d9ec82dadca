"""What strokes of a brush take out of masks with leaks, and what they leave."""
