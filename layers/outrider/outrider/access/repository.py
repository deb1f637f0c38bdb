"""DynamoDB items of workspaces and API keys.

A workspace is `wsp_…` / `#`, and is listed as `workspaces` / `wsp_…`.

An API key has two items: the listed resource (`<workspace>` / `key_…`), which also carries the
events, and the record that the meter updates on every call (`key#<public id>` / `#`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outrider.access.credentials import Credential, public_id_of
from outrider.access.meter import clock_attributes, key_record
from outrider.access.models import ApiKey, PlanName, Workspace, WorkspaceId
from outrider.access.plans import rates_of
from outrider.kit import clock, outbox
from outrider.kit.aws.attributes import Changes
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    batch_get,
    transact,
)
from outrider.kit.errors import Contended, Stale
from outrider.kit.outbox import Event

_ALL = "workspaces"
"""Partition that lists all workspaces of the deployment."""


@dataclass(frozen=True, slots=True)
class WorkspaceRepository:
    """Workspaces by public id; both modes share one item."""

    table: Table

    def add(self, workspace: Workspace, seal: bytes, link_secret: bytes) -> None:
        """Create a workspace. `seal` is its secret for cursors, `link_secret` its secret for links
        in emails. Raises TransactionFailed if the id exists."""
        item = {
            **workspace.model_dump(exclude_none=True),
            "pk": workspace.id,
            "sk": "#",
            "seal": seal,
            "link_secret": link_secret,
        }
        transact(
            self.table.put_action(item, "attribute_not_exists(#pk)"),
            self.table.put_action({"pk": _ALL, "sk": workspace.id}),
        )

    def key(self, workspace_id: str) -> tuple[Table, str, str]:
        """Return the key of a workspace's item, for `batch_get`."""
        return self.table, workspace_id, "#"

    def get(self, workspace_id: str) -> tuple[Workspace, bytes] | None:
        """Return a workspace and its `seal`, or None."""
        item = self.table.get(workspace_id, "#")
        return (Workspace.model_validate(item), item["seal"]) if item else None

    def is_suspended(self, workspace: WorkspaceId) -> bool:
        """Return whether the operator has suspended the workspace, in both modes."""
        found = self.get(workspace.public)
        return found is not None and found[0].status != "active"

    def list(self, limit: int, after: str | None) -> tuple[Sequence[Workspace], bool]:
        """Return up to `limit` workspaces of the deployment, oldest first, beginning after the id
        `after`, and whether there are more."""
        start = {"pk": _ALL, "sk": after} if after else None
        page = self.table.page(Query(_ALL, after=start, consistent=True), limit)
        found = batch_get(self.key(item["sk"]) for item in page.items)
        items = [found.get((self.table.name, item["sk"], "#")) for item in page.items]
        return [Workspace.model_validate(item) for item in items if item], bool(page.last_key)

    def change(self, workspace_id: str, update: Changes) -> Workspace | None:
        """Change a workspace and return it, or None if it does not exist or is being deleted."""
        condition = "attribute_exists(#pk) AND attribute_not_exists(#deletion)"
        try:
            item = self.table.write(self.table.update_action(workspace_id, "#", update, condition))
        except ConditionFailed:
            return None
        return Workspace.model_validate(item)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be stored. `plan` and `seal` of the workspace are copied to the key's record, so
    that the meter gets them without another read."""

    key: ApiKey
    credential: Credential
    plan: PlanName
    seal: bytes = field(repr=False)
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class ApiKeyRepository:
    """API keys of one workspace in one mode."""

    table: Table
    workspace: WorkspaceId

    def add(self, new: NewKey, also: Sequence[Action] = ()) -> None:
        """Store a new key; `also` are further writes of the transaction. Raises Contended if the
        workspace was suspended or its plan changed after the caller was admitted;
        TransactionFailed."""
        transact(*self._put_actions(new), *also)

    def get(self, key_id: str) -> ApiKey | None:
        """Return the key, or None. `last_used_at` is not set."""
        item = self.table.get(self.workspace, key_id)
        return ApiKey.model_validate(item) if item else None

    def replace(
        self,
        key_id: str,
        new: NewKey,
        ends_at: datetime,
        events: Sequence[Event],
        also: Sequence[Action] = (),
    ) -> None:
        """Store `new` as the successor of a key, which then expires at `ends_at`; `events` are
        those of the old key, `also` further writes of the transaction.

        Raises Stale if the old key was revoked or rotated after it was read; Contended as `add`.
        """
        try:
            transact(
                self.table.update_action(
                    self.workspace,
                    key_id,
                    "SET #expires_at = :ends_at, #rotated_to = :new, #_events = :events",
                    "attribute_exists(#pk) AND attribute_not_exists(#revoked_at)"
                    " AND attribute_not_exists(#rotated_to)",
                    ends_at=clock.to_text(ends_at),
                    new=new.key.id,
                    events=outbox.pack(events),
                ),
                self.table.update_action(
                    f"key#{public_id_of(key_id)}",
                    "#",
                    "SET #expires_ms = :ends_ms",
                    "#workspace = :workspace AND #key_id = :key_id",
                    ends_ms=clock.to_epoch_ms(ends_at),
                    workspace=self.workspace,
                    key_id=key_id,
                ),
                *self._put_actions(new),
                *also,
            )
        except TransactionFailed as failure:
            if not failure.reasons[0].failed:
                raise
            raise Stale from failure

    def list(
        self, limit: int, after: dict[str, Any] | None
    ) -> tuple[Sequence[ApiKey], dict[str, Any] | None]:
        """Return up to `limit` keys, newest first, and the position of the next page or None."""
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
        return self._with_use([ApiKey.model_validate(item) for item in page.items]), page.last_key

    def revoke(self, key_id: str, revoked_at: str, events: Sequence[Event]) -> str:
        """Revoke a key and return the time of revocation: the earlier one if it was already
        revoked. Raises TransactionFailed if there is no such key."""
        try:
            transact(
                self.table.update_action(
                    self.workspace,
                    key_id,
                    "SET #revoked_at = :at, #_events = :events",
                    "attribute_exists(#pk) AND attribute_not_exists(#revoked_at)",
                    at=revoked_at,
                    events=outbox.pack(events),
                ),
                self.table.update_action(
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
            if item is None or "revoked_at" not in item:
                raise
            return str(item["revoked_at"])
        return revoked_at

    def _put_actions(self, new: NewKey) -> tuple[Action, ...]:
        key = new.key
        pk, sk = key_record(new.credential)
        record: dict[str, Any] = {
            "pk": pk,
            "sk": sk,
            "key_id": key.id,
            "workspace": self.workspace,
            "scopes": key.scopes,
            "hash": new.credential.hash,
            "plan": new.plan,
            "seal": new.seal,
            **clock_attributes(rates_of(new.plan)),
        }
        if key.expires_at:
            record["expires_ms"] = clock.to_epoch_ms(clock.from_text(key.expires_at))
        resource = {
            **key.model_dump(exclude_none=True, exclude={"object"}),
            "pk": self.workspace,
            "sk": key.id,
            **outbox.attribute(new.events),
        }
        # Suspending a workspace and changing its plan first change the workspace, then each key.
        as_copied = self.table.check_action(
            self.workspace.public,
            "#",
            "#plan = :plan AND attribute_not_exists(#suspended_at)",
            plan=new.plan,
        ).or_raise(Contended("The operator just suspended this workspace or changed its plan"))
        return (
            self.table.put_action(record, "attribute_not_exists(#pk)"),
            self.table.put_action(resource, "attribute_not_exists(#pk)"),
            as_copied,
        )

    def _with_use(self, keys: Sequence[ApiKey]) -> Sequence[ApiKey]:
        """Return the keys with `last_used_at`, which is read from the meter's records."""
        places = {key.id: (f"key#{public_id_of(key.id)}", "#") for key in keys}
        records = batch_get((self.table, *place) for place in places.values())
        return [
            key.model_copy(
                update={"last_used_at": _used_at(records.get((self.table.name, *places[key.id])))}
            )
            for key in keys
        ]


def _used_at(record: dict[str, Any] | None) -> str | None:
    used = record.get("last_used_ms") if record else None
    return clock.to_text(clock.from_epoch_ms(used)) if used is not None else None
