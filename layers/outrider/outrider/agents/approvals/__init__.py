"""Approvals: calls that an agent proposes and a person decides on."""
