"""From the spool to the broker."""
