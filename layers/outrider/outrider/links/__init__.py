"""Requests of recipients to the links in an email: unsubscribe, click, open."""
