"""A new study, made from a first look at the articles."""
