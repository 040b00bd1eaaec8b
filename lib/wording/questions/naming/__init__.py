"""What stands with a name, by relation."""
