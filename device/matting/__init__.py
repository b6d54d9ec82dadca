"""From logits and a full-size photo to alpha and foreground colours."""
