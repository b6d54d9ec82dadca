"""What the network is fed: samples, batches, augmentation."""
