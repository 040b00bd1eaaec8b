"""What stands with the names of things, by relation."""
