"""Delivery reports that mail servers send."""
