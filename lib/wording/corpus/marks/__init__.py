"""What is marked in the encoded corpus; the text is never changed."""
