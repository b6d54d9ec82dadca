"""What a client or the operator's page may ask of the rig."""
