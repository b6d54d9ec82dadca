"""Initial weights: many formats in, one form between, laid into the network layer by layer."""
