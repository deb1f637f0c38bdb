"""Factory of the migrator."""

from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.migrations.migrator import Migrator
from outrider.migrations.registry import MIGRATIONS


def migrator() -> Migrator:
    return Migrator(Table(settings().keys_table), table_of, MIGRATIONS)


def table_of(setting: str) -> Table:
    """Return the table of a setting, such as `contacts_table`."""
    return Table(getattr(settings(), setting))
