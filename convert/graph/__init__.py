"""The TFLite graph, read and changed."""
