"""Bounces: why an email was returned, and what that changes."""
