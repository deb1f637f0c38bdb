"""Deliverability report of a workspace, for each mailbox and pool."""
