"""Adapters of pydantic-ai to the port for language models. Importing this package imports neither
pydantic-ai nor a provider's SDK; a call imports those of its provider."""
