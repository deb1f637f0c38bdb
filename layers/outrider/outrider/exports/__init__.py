"""Exports of contacts, companies or suppressions to a CSV or JSON Lines file."""
