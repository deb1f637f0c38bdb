"""Copies of a workspace's plan and suspension in the records of its API keys, and the keys
themselves, in both modes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from outrider.access.credentials import public_id_of
from outrider.access.models import ApiKey, WorkspaceId
from outrider.kit import parallel
from outrider.kit.aws.attributes import Changes
from outrider.kit.aws.dynamodb import ConditionFailed, Query, Table

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class WorkspaceKeys:
    """All API keys of one workspace; `workspace_id` is public."""

    table: Table
    workspace_id: str

    def valid(self) -> Iterator[tuple[WorkspaceId, ApiKey]]:
        """Yield each key that is not revoked, with its workspace in its mode."""
        return (found for found in self.all() if found[1].revoked_at is None)

    def all(self) -> Iterator[tuple[WorkspaceId, ApiKey]]:
        """Yield each key, with its workspace in its mode."""
        for workspace in (
            WorkspaceId.of(self.workspace_id, "live"),
            WorkspaceId.of(self.workspace_id, "test"),
        ):
            query = Query(
                workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "key_"},
                consistent=True,
            )
            for item in self.table.every(query):
                yield workspace, ApiKey.model_validate(item)

    def update(self, update: Changes) -> None:
        """Change the record of each key that is not revoked, which the meter reads. Idempotent."""

        def change(found: tuple[WorkspaceId, ApiKey]) -> None:
            workspace, key = found
            action = self.table.update_action(
                f"key#{public_id_of(key.id)}",
                "#",
                update,
                "#workspace = :workspace AND #key_id = :key_id",
                workspace=workspace,
                key_id=key.id,
            )
            try:
                self.table.write(action)
            except ConditionFailed:  # the key is gone
                return

        keys = iter(self.valid())
        while some := list(islice(keys, _AT_ONCE)):
            parallel.each(change, some)
