"""Verification that a workspace owns the address of a mailbox."""
