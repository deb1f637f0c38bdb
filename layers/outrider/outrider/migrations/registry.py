"""The migrations of all releases, in the order of their numbers.

The role of the function `migrations_run` allows Scan and UpdateItem on their tables, and on no
other (a test checks that).
"""

from outrider.migrations.models import Migration

MIGRATIONS: tuple[Migration, ...] = ()
