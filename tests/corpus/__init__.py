"""Replies of our own writing, and how well the rules classify them."""
