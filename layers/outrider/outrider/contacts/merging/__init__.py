"""Making one contact of several that are the same person."""
