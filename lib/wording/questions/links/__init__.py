"""Which articles of different outlets tell of one event, and how many of these links are right."""
