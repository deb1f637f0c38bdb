"""Forecast of a sequence: when its steps will be sent, before the launch or while it runs."""
