"""Authentication and authorization: workspaces, API keys, scopes, plans, rate limits and
idempotency keys."""
