"""Pages of docs/measurements: what `--markdown` prints."""
