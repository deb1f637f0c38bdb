"""Pools: the mailboxes that a campaign's mails are spread over."""
