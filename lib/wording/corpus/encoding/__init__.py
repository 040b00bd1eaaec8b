"""The encoded corpus: shards, matching, what is kept of them."""
