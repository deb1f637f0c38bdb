"""Who is calling and what they may: workspaces, API keys, scopes, plans, and the meter."""
