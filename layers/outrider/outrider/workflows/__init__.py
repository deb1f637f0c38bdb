"""Workflows: pipelines that research and qualify leads and write to them."""
