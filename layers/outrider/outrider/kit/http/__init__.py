"""HTTP API framework: routing, requests, responses, validation and pagination."""
