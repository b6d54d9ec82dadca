"""From a cutout to a picture file."""
