"""The workstation's second half: a trained run in, an int8 bundle for the rig out."""
