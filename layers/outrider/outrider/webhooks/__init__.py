"""Webhooks: signed deliveries of events to the customers' endpoints."""
