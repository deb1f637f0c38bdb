"""Messages of unknown outcome, and how each is settled."""
