"""Sandbox of a workspace: the example data that its test keys begin with, and its reset."""
