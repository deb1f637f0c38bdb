"""Enrollments: one contact's way through the sequence of a campaign."""
