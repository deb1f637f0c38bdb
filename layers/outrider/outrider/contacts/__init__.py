"""The people outreach is for, and the addresses that must never get any."""
