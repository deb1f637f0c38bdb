"""Replies: matching to the sent message, recording, and effects on enrollment and contact."""
