"""Times the suite beside its peers: `wording bench`."""
