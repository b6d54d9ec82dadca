"""From a frame to logits."""
