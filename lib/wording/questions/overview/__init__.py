"""A study at a glance: every concept at every outlet, or every document's own words."""
