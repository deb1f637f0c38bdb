"""The companies that contacts work for."""
