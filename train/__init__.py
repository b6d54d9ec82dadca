"""The workstation's first half: garment photos in, a trained DeepLabv3+ run out."""
