"""What is asked of a study, and what is answered."""
