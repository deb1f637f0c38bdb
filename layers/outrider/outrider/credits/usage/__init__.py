"""How much a workspace used: calls by day and route family, credits by day and kind."""
