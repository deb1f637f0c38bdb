"""What recipients do with the links in a mail: unsubscribe, follow them, open the mail."""
