"""How often a hit is what it seems."""
