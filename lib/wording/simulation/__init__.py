"""Invented articles with planted truth, and how many articles a difference needs."""
