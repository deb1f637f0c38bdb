"""Sequences: the steps that a campaign carries out, with their settings and lint."""
