"""Delivery status notifications and complaint reports."""
