"""Policy of agents: scopes, budgets, and what each tool may do."""
