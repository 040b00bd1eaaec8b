"""What a study says, and what people add to it."""
