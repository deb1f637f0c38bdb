"""Merging of duplicate contacts into one."""
