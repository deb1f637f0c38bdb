"""Statuses of leads: how scores and people change them, and what leads wait for."""
