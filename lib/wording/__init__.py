"""How do different sources word the same event? Read a study, count its terms, compare its outlets, see the lines."""
