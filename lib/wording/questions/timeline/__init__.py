"""When choices change."""
