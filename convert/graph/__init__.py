"""TFLite graphs: read a flatbuffer, and check a converted graph."""
