"""The folder that is handed to a rig."""
