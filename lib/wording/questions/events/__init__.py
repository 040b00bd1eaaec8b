"""What outlets cover against how they word it: differences within events."""
