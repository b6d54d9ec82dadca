"""What is to be shot, and what of it is done."""
