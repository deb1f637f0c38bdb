"""Sequences: the plan of steps that a campaign carries out."""
