"""Diagnosis of a deployment: what is missing or broken, and how to mend it."""
