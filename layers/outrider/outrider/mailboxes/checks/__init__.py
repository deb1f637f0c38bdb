"""Deliverability check of a mailbox: its provider's permission, login, SPF, DKIM, DMARC and MX."""
