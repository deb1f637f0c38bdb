"""Deletion of a workspace with everything in it."""
