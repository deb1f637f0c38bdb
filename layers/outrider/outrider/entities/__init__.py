"""What contacts and companies have in common: a version, a value of their own that is unique, bulk
creation with a result for each row, and a tombstone once they are deleted."""
