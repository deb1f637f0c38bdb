"""The HTTP API: requests, responses, validation and pagination."""
