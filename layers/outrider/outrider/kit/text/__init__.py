"""Text: addresses, templates, spintax and HTML."""
