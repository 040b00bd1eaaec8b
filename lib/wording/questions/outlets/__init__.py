"""How far outlets lie apart."""
