"""Agents: language models that work with the tools of the API, within a policy."""
