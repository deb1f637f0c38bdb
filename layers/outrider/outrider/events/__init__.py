"""What happened, in order: from the outbox of each item to the feed and the bus."""
