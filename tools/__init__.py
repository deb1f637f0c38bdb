"""What keeps the repository consistent: route drift, the OpenAPI document."""
