"""Text processing: email addresses, Liquid templates, spintax and HTML."""
