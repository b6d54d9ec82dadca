"""Initial weights of the network, read from many formats and loaded layer by layer."""
