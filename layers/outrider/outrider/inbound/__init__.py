"""Inbound email: parsing, matching to sent messages, bounce reports, and classification of
replies."""
