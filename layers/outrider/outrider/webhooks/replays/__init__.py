"""Replays: recorded events that are delivered again."""
