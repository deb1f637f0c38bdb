"""Logs and metrics of Lambda invocations."""
