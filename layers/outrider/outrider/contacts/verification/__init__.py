"""Whether an address takes mail, as far as can be known without writing to it.

Kept apart from `contacts`: it needs DNS and a list of domains, which take time to import.
"""
