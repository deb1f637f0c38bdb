"""Generators and checks that keep the repository consistent: routes, OpenAPI, events, mutations."""
