"""From articles to counts: the only room that sees text."""
