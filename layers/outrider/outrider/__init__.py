"""Outrider: the domain library behind every function."""
