"""Upgrades from each earlier release: a recording of its stack in the middle of its work, and this
release, which goes on with it."""
