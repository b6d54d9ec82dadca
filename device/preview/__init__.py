"""The moving picture between shots."""
