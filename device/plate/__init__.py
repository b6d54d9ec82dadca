"""The set with nothing worn, and what of a mask still looks so."""
