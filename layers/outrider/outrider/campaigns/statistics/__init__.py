"""Statistics of a campaign by step, variant and day."""
