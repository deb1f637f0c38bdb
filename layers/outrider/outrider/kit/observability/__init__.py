"""Logs and metrics of each call of a function."""
