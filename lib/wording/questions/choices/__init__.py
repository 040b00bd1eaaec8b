"""Whether a finding holds however one counts."""
