"""Common base of contacts and companies: versions, a unique value, bulk creation with a result per
row, and tombstones of deleted entities."""
