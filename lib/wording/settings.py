"""What may be asked for by name, everywhere alike."""

ALL_OUTLETS = "all outlets"
"""What stands in the place of an outlet where all of them are taken together."""
