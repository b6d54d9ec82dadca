"""The documents' pictures of the operator's page, taken anew: `python -m tests.pictures`."""
