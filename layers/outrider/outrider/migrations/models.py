"""A migration, its progress, and the request to run what is pending."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from outrider.kit.aws.attributes import Item
from outrider.kit.models import Model

Rewrite = Callable[[Item], Mapping[str, Any] | None]
"""Returns new values of an item's attributes, or None if it needs none."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A change of the items of one table. A number is never used twice, and a migration never
    changes after its release.

    `rewrite` returns the new values of an item's attributes (None removes an attribute), or None if
    the item needs no change. It is called again after a crash, so it must return None for an item
    that it has changed. The previous release must be able to read a changed item: it still runs
    during the upgrade and after a rollback.
    """

    number: int
    name: str
    table: str
    """Name of the table in the settings, such as `contacts_table`."""
    reads: tuple[str, ...]
    """The attributes that `rewrite` reads: the item is written only if they are still the same."""
    rewrite: Rewrite
    segments: int = 8
    """Parts of the table; as many invocations can work at the same time."""


class MigrationRequest(Model):
    """With `dry_run` nothing is changed, and the counts are those of the items seen in the time of
    one invocation."""

    dry_run: bool = False


class MigrationProgress(Model):
    """`scanned` items were read and `changed` ones written; after a crash, up to one page of items
    that were written is missing from `changed`."""

    number: int
    name: str
    scanned: int
    changed: int
    segments_done: int
    segments: int

    @property
    def is_done(self) -> bool:
        return self.segments_done == self.segments


class MigrationReport(Model):
    """`done`: no migration is pending. Otherwise invoke the function again."""

    done: bool
    migrations: list[MigrationProgress]
