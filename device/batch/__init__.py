"""Photos on disk, cut out one after another."""
