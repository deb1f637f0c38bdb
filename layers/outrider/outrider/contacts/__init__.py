"""Contacts, their lists and merges, the verification of their addresses, and suppressions."""
