"""The clock of a campaign: rounds that plan what is due and queue its steps."""
