"""Restore of a deployment from point-in-time copies of its tables, see docs/backups.md."""
