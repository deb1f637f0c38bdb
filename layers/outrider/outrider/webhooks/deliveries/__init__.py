"""Deliveries: fan-out, signed requests, retries with jitter, and the backlog."""
