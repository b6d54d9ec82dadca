"""Where messages go. Every publisher keeps the contract in `device.publishers.publisher`."""
