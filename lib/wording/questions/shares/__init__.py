"""Term choice per outlet."""
