"""DynamoDB keys, expressions and items of approvals: an approval is `<workspace>` / `apr_…`."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.agents.approvals.models import (
    Approval,
    ApprovalResult,
    ApprovalStatus,
    ApprovalSummary,
    repeatable_since,
)
from outrider.kit import clock, json, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Query, Table
from outrider.kit.outbox import Event

LEASE = timedelta(seconds=35)
"""Longer than the timeout of an API function, so the holder of an expired lease has stopped."""
_LIFE = timedelta(days=30)
_PACKED = ("arguments", "shown")
MOST_BYTES = 300_000
"""Maximum size of what an approval holds, packed: an item may have 400 KB."""


@dataclass(frozen=True, slots=True)
class HeldApproval:
    """An approval with the lease of whoever makes its call."""

    approval: Approval
    lease: str = ""
    leased_until: int = 0
    """Epoch milliseconds."""


@dataclass(frozen=True, slots=True)
class ApprovalRepository:
    """Approvals of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, approval_id: str) -> HeldApproval | None:
        item = self.table.get(self.workspace, approval_id)
        return _stored(item) if item else None

    def list(
        self, status: ApprovalStatus | None, limit: int, after: Item | None
    ) -> tuple[list[ApprovalSummary], Item | None]:
        """Return a page of approvals, newest first, and the key after which the next
        page begins."""
        condition, values = _with_status(status)
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "apr_", **values},
                filter=condition,
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [ApprovalSummary.model_validate(item) for item in page.items], page.last_key

    def add(self, new: Approval, events: Sequence[Event]) -> Approval:
        """Store a new approval; return the one that is stored under its id, if there is one."""
        item = {
            **new.model_dump(exclude_none=True, exclude={*_PACKED, "result"}),
            "content": _pack(new),
            "pk": self.workspace,
            "sk": new.id,
            "ttl": int((clock.now() + _LIFE).timestamp()),
            **outbox.attribute(events),
        }
        try:
            self.table.write(self.table.put_action(item, "attribute_not_exists(#pk)"))
        except ConditionFailed as refused:
            return _stored(refused.item or {}).approval
        return new

    def claim_action(
        self, approval: Approval, actor: str, lease: str, events: Sequence[Event]
    ) -> Action:
        """Return the write with which `actor` approves it and may make the call, until the lease
        expires. It fails if somebody decided before, or it has expired."""
        return self.table.update_action(
            self.workspace,
            approval.id,
            changes(
                set={
                    "status": "executing",
                    "decided_by": actor,
                    "decided_at": clock.timestamp(),
                    "lease": lease,
                    "leased_until": _lease_end(),
                    **outbox.attribute(events),
                }
            ),
            "#status = :pending AND #hash = :hash AND #expires_at > :now",
            pending="pending",
            hash=approval.hash,
            now=clock.timestamp(),
        )

    def reject_action(self, approval: Approval, actor: str, events: Sequence[Event]) -> Action:
        """Return the write that rejects it. It fails if somebody decided before, or it has
        expired."""
        return self.table.update_action(
            self.workspace,
            approval.id,
            changes(
                set={
                    "status": "rejected",
                    "decided_by": actor,
                    "decided_at": clock.timestamp(),
                    **outbox.attribute(events),
                }
            ),
            "#status = :pending AND #expires_at > :now",
            pending="pending",
            now=clock.timestamp(),
        )

    def take_over_action(self, approval_id: str, actor: str, lease: str) -> Action:
        """Return the write with which `actor`, who approved it, takes over the call of a request
        that has stopped."""
        return self.table.update_action(
            self.workspace,
            approval_id,
            changes(set={"lease": lease, "leased_until": _lease_end()}),
            "#status = :executing AND #decided_by = :actor AND #leased_until <= :now",
            executing="executing",
            actor=actor,
            now=clock.epoch_ms(),
        )

    def release_action(self, approval_id: str, lease: str) -> Action:
        """Return the write that ends a lease, so that the call can be repeated at once."""
        return self.table.update_action(
            self.workspace,
            approval_id,
            changes(set={"leased_until": 0}),
            "#lease = :held AND #status = :executing",
            held=lease,
            executing="executing",
        )

    def reopen_action(self, approval_id: str, lease: str) -> Action:
        """Return the write that takes a decision back whose call was certainly not made: somebody
        can decide again, until it expires."""
        return self.table.update_action(
            self.workspace,
            approval_id,
            changes(
                set={"status": "pending"},
                remove=["decided_by", "decided_at", "lease", "leased_until", "_events"],
            ),
            "#lease = :held AND #status = :executing",
            held=lease,
            executing="executing",
        )

    def finish_action(self, approval_id: str, lease: str, result: ApprovalResult) -> Action:
        """Return the write that stores the outcome of the call."""
        return self.table.update_action(
            self.workspace,
            approval_id,
            changes(
                set={
                    "status": "failed" if result.is_error else "executed",
                    "result": zlib.compress(result.model_dump_json().encode()),
                },
                remove=["lease", "leased_until"],
            ),
            "#lease = :held AND #status = :executing",
            held=lease,
            executing="executing",
        )


def packed_size(approval: Approval) -> int:
    """Return how many bytes the arguments and what is shown take in the item."""
    return len(_pack(approval))


def _pack(approval: Approval) -> bytes:
    return zlib.compress(json.dumps(approval.model_dump(mode="json", include=set(_PACKED))))


def _stored(item: Mapping[str, Any]) -> HeldApproval:
    packed = {**item, **json.loads(zlib.decompress(item["content"]))}
    if "result" in item:
        packed["result"] = json.loads(zlib.decompress(item["result"]))
    return HeldApproval(
        Approval.model_validate(packed), item.get("lease", ""), item.get("leased_until", 0)
    )


def _with_status(status: ApprovalStatus | None) -> tuple[str, dict[str, Any]]:
    """Return the filter for approvals that have a status now."""
    now, since = clock.timestamp(), repeatable_since()
    match status:
        case None:
            return "", {}
        case "pending":
            return "#status = :status AND #expires_at > :now", {"status": "pending", "now": now}
        case "expired":
            return "#status = :status AND #expires_at <= :now", {"status": "pending", "now": now}
        case "executing":
            return "#status = :status AND #decided_at > :since", {"status": status, "since": since}
        case "unanswered":
            undecided = {"status": "executing", "since": since}
            return "#status = :status AND #decided_at <= :since", undecided
        case _:
            return "#status = :status", {"status": status}


def _lease_end() -> int:
    return clock.to_epoch_ms(clock.now() + LEASE)
