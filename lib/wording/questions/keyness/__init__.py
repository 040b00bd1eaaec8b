"""Which terms one outlet uses more than the others."""
