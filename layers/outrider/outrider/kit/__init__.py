"""What knows no domain: time, ids, errors, AWS clients, tables, HTTP, queues."""
