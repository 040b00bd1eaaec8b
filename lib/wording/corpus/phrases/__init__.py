"""Words and phrases in the tokens of a shard."""
