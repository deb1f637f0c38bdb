"""Keys, expressions and items of workspaces and API keys.

A key is two items: the resource that is listed (`<workspace>` / `key_…`, which carries the events),
and the record that the meter updates on every call (`key#<public id>` / `#`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outrider.access.credentials import Credential, public_id_of
from outrider.access.meter import clock_attributes, key_record
from outrider.access.models import ApiKey, PlanName, Workspace, WorkspaceId
from outrider.access.plans import PLANS, rates
from outrider.kit import outbox
from outrider.kit.dynamo import Query, Table, TransactionFailed, transact
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class WorkspaceRepository:
    """Workspaces by their public id. The item is shared by both modes."""

    table: Table

    def add(self, workspace: Workspace, seal: bytes) -> None:
        item = {**workspace.model_dump(), "pk": workspace.id, "sk": "#", "seal": seal}
        self.table.write(self.table.put(item, "attribute_not_exists(#pk)"))

    def key(self, workspace_id: str) -> tuple[Table, str, str]:
        """Where a workspace is, for `kit.dynamo.batch_get`."""
        return self.table, workspace_id, "#"

    def get(self, workspace_id: str) -> tuple[Workspace, bytes] | None:
        item = self.table.get(workspace_id, "#")
        return (Workspace.model_validate(item), item["seal"]) if item else None


@dataclass(frozen=True, slots=True)
class ApiKeyRepository:
    """Keys of one workspace in one mode."""

    table: Table
    workspace: WorkspaceId

    def add(
        self,
        key: ApiKey,
        credential: Credential,
        plan: PlanName,
        seal: bytes,
        events: Sequence[Event],
    ) -> None:
        """`plan` and `seal` are the workspace's: the meter finds them on the key's record."""
        pk, sk = key_record(credential)
        record: dict[str, Any] = {
            "pk": pk,
            "sk": sk,
            "key_id": key.id,
            "workspace": self.workspace,
            "scopes": key.scopes,
            "hash": credential.hash,
            "plan": plan,
            "seal": seal,
            **clock_attributes(rates(PLANS[plan])),
        }
        resource = {**key.model_dump(exclude_none=True), "pk": self.workspace, "sk": key.id}
        transact(
            self.table.put(record, "attribute_not_exists(#pk)"),
            self.table.put({**resource, **outbox.attribute(events)}, "attribute_not_exists(#pk)"),
        )

    def list(
        self, limit: int, after: dict[str, Any] | None
    ) -> tuple[list[ApiKey], dict[str, Any] | None]:
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "key_"},
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [ApiKey.model_validate(item) for item in page.items], page.last_key

    def revoke(self, key_id: str, revoked_at: str, events: Sequence[Event]) -> str | None:
        """The time of revocation (the first one, when it was revoked before), or None when this
        workspace has no such key."""
        try:
            transact(
                self.table.update(
                    self.workspace,
                    key_id,
                    "SET #revoked_at = :at, #_events = :events",
                    "attribute_exists(#pk) AND attribute_not_exists(#revoked_at)",
                    at=revoked_at,
                    events=outbox.pack(events),
                ),
                self.table.update(
                    f"key#{public_id_of(key_id)}",
                    "#",
                    "SET #revoked_at = :at",
                    "#workspace = :workspace AND #key_id = :key_id",
                    at=revoked_at,
                    workspace=self.workspace,
                    key_id=key_id,
                ),
            )
        except TransactionFailed as failure:
            item = failure.reasons[0].item
            return item["revoked_at"] if item else None
        return revoked_at
