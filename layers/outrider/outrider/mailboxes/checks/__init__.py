"""Whether mail from a mailbox can arrive: what DNS says of its domain, and whether it logs in."""
