"""Notebooks run in batches."""
