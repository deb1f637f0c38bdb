"""Events: from the transactional outbox of each item to the feed and the event bus, in order."""
