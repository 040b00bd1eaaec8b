"""In what company terms stand."""
