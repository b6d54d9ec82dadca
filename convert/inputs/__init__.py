"""What conversion reads: runs, pictures, representative data."""
