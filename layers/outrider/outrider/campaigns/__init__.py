"""Campaigns: one version of a sequence, carried out over an audience, one enrollment a contact."""
