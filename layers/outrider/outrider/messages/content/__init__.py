"""Content of a message: rendered templates, footer, tracking, and the MIME bytes of an email."""
