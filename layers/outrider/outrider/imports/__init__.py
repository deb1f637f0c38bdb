"""Imports of files: each row becomes a contact, company or suppression, and can be reverted."""
