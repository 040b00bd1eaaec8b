"""From counts to findings: tidy tables in, tidy tables out."""
