"""Stages of workflows: what workers do for one lead, and where the lead goes from there."""
