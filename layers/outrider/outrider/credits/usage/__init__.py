"""Usage of a workspace: API requests by day and route family, credits by day and kind."""
