"""What may keep a sequence's messages from being read, or from arriving at all."""
