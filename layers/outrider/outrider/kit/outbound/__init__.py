"""Outgoing HTTP requests to URLs that strangers chose, guarded against SSRF."""
