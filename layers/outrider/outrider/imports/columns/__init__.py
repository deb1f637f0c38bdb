"""Columns: what their headers and cells mean."""
