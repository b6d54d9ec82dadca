"""A person's strokes on a mask, and the edge that the picture has near them."""
