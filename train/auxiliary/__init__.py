"""A small second output on a bundle's finished network, which stays as it is."""
