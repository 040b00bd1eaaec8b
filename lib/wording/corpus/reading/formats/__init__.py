"""A reader for each kind of file."""
