"""Lint of sequences: findings that reduce deliverability or keep emails from being read."""
