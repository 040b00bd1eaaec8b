"""Which rival terms nobody listed."""
