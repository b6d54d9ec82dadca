"""What a subscriber may rely on: topics, messages, names."""
