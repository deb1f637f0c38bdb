"""Search, filters and lists of contacts, with the index that serves them."""
