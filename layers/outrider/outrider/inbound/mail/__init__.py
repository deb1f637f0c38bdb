"""Parsing of incoming email: MIME parts, quotes, forwards, and the writer's own words."""
