"""Personal data of one contact: export and erasure."""
