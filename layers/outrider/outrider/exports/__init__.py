"""Files of contacts, companies or suppressions, as they are listed."""
