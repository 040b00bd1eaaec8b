"""Pure functions of numbers: they know no study."""
