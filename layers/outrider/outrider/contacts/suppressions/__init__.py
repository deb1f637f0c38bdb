"""Suppressions: addresses and domains that are never written to.

A suppression belongs to the address, not to a contact: deleting the contact does not remove it.
"""
