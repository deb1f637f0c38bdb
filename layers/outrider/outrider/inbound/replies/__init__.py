"""Replies: which message each answers, and what it changes."""
