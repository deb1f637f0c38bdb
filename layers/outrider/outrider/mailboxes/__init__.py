"""Mailboxes that send email, grouped in pools, with a daily cap that grows during warm-up."""
