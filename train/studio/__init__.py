"""The digital studio: renders dressed mannequins with the exact garment alpha of each picture."""
