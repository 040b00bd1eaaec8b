"""Links between articles of different outlets that tell of one event."""
