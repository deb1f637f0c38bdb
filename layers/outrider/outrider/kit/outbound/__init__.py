"""HTTP client for untrusted URLs, with an SSRF guard."""
