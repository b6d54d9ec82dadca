"""The rig: camera frames in, transparent garment cutouts out, over MQTT."""
