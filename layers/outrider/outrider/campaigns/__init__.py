"""Campaigns: each carries out one version of a sequence for an audience, with one enrollment per
contact."""
