"""The event feed: from changed items to the feed and the bus."""
