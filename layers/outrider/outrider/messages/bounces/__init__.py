"""Bounces: why an email came back, and what that changes."""
