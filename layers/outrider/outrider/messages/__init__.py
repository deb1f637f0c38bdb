"""Messages: what one step sends to one contact, at most once."""
