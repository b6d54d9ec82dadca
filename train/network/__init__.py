"""The network: backbone, head, and where a picture lies in its input."""
