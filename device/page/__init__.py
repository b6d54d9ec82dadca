"""The operator's page: the rig in a browser."""
