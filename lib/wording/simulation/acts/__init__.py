"""Planted acts and names: who did what to whom, in which form, and labels before names."""
