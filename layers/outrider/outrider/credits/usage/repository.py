"""Keys, expressions and items of what a workspace used.

A day is `<workspace>#usage` / `<yyyy-mm-dd>` (UTC): `credits_<kind>` for each kind of work.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit.dynamo import Action, Table

_LIFE = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class UsageRepository:
    """What one workspace used."""

    table: Table
    workspace: WorkspaceId

    def add(self, at: datetime, **counts: int) -> Action:
        """The write that adds to the day of `at`, for a transaction."""
        added: dict[str, Any] = dict(counts)
        additions = ", ".join(f"#{name} :{name}" for name in counts)
        return self.table.update(
            f"{self.workspace}#usage",
            at.date().isoformat(),
            f"SET #ttl = :ttl ADD {additions}",
            ttl=int((at + _LIFE).timestamp()),
            **added,
        )
