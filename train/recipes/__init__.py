"""From one file to the bundle: named stages, each a command, run in order and gone on with."""
