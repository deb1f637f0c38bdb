"""Tracking of an email after it was sent: delivered, opened, clicked, unsubscribed."""
