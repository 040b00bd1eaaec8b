"""From tables to something to read: nothing is computed here."""
