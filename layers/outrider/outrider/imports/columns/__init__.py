"""Columns: interpretation of headers and cells."""
