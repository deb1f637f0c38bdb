"""Enrollments: the progress of one contact through the sequence of a campaign."""
