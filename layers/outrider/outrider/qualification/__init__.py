"""Qualification: how well a contact fits an ideal customer profile, with a line per rule."""
