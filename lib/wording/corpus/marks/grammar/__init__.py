"""Grammar of sentences: tags of words, heads and relations."""
