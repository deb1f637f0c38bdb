"""Pools of mailboxes that share the sending of campaigns."""
