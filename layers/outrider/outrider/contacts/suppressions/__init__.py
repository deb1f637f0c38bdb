"""Addresses and domains that must not be written to, whoever the contact is.

A suppression belongs to the address, not to a contact: deleting a contact never lifts one.
"""
