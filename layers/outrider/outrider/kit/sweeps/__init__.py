"""Sweeps over things of all workspaces: the index that finds them, and what happens on failures."""
