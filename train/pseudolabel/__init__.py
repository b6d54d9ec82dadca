"""Masks for photos that have none: proposed, checked by other means, or set aside."""
