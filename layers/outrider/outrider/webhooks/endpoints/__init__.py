"""Webhook endpoints: their settings, secrets, circuit breaker and concurrency limit."""
