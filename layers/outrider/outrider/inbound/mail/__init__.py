"""Parsing of inbound email: MIME parts, quotes, forwards, and the writer's own text."""
