"""Forecasts: how a sequence would go, before it is launched or while it runs."""
