"""Sending one step: read, decide, claim, check again, send, record."""
