"""The order of the stages: a frame in, a cutout out."""
