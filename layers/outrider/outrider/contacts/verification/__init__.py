"""Verification of email addresses without sending email to them.

Not imported by `contacts`, because DNS and the list of disposable domains are slow to import.
"""
