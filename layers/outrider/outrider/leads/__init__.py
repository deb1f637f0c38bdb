"""Leads: contacts on their way from research and qualification to outreach."""
