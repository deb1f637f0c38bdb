"""Texts about leads, written by a language model or by rules: rationale, summary, draft."""
