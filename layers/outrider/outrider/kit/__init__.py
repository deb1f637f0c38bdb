"""Shared infrastructure without domain knowledge: time, ids, errors, AWS clients, HTTP, text."""
