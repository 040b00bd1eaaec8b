"""Who does what to whom, and whether it is said who did it."""
