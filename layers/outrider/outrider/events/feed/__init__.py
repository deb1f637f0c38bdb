"""Event feed: from changed items (DynamoDB streams) to the feed and the bus."""
