"""Outrider: the domain library that all Lambda functions use."""
