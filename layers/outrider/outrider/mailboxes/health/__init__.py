"""Health of a mailbox: its assessment, circuit breaker and guard-rail."""
