"""Keys and writes of claims: a worker claims a step before it sends its message, and only the
holder of the claim may settle it. `EnrollmentRepository` adds all other writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.campaigns.dispatch.due_index import PLAIN
from outrider.campaigns.enrollments import message_ids
from outrider.campaigns.models import (
    CLAIM_LEASE,
    QUEUED_LANE,
    ROUND,
    STEP_LEASE,
    Enrollment,
    Thread,
)
from outrider.kit import clock, outbox
from outrider.kit.aws.attributes import changes
from outrider.kit.aws.dynamodb import Action, Table
from outrider.kit.outbox import Event

DUE_KEYS = ("due_at", "by_due_pk", "by_due_sk")
CLAIM = ("sending", "sending_to", "claimed_until", "holder")


@dataclass(frozen=True, slots=True)
class EnrollmentClaims:
    """Claims of the enrollments of one campaign. Each method describes a write for a
    transaction."""

    table: Table
    workspace: WorkspaceId
    campaign_id: str

    def claim_action(
        self, enrollment: Enrollment, message_id: str, mailbox_id: str | None, to: str
    ) -> Action:
        """Return the update that claims the step for `message_id`, to be sent to the address or
        phone number `to`. No other worker can take the step until the claim's lease expires.

        `enrollment.holder` distinguishes this claim from other claims of the same step. A queued
        step is usually due after the lease already; then its due time, and so its index entry, is
        unchanged.
        """
        values = {"mailbox_id": mailbox_id} if mailbox_id else {}
        now = clock.now()
        lease = clock.to_text(now + CLAIM_LEASE)
        moves = not lease <= (enrollment.due_at or "") <= clock.to_text(now + ROUND + STEP_LEASE)
        if moves:
            values |= due_place(lease, QUEUED_LANE)
        return self._change_action(
            enrollment,
            {
                **values,
                "state": "sending",
                "sending": message_ids.own(message_id),
                "sending_to": to,
                "claimed_until": lease,
                "holder": enrollment.holder,
            },
            ["_events"],
        )

    def wait_action(self, enrollment: Enrollment, message_id: str, until: str) -> Action:
        """Return the update that makes the enrollment wait for a person to do the task
        `message_id`, at most until `until`."""
        return self._change_action(
            enrollment,
            {**due_place(until), "state": "waiting", "sending": message_ids.own(message_id)},
            ["_events", "blocked_reason"],
        )

    def advance_action(
        self,
        contact_id: str,
        message_id: str,
        step_id: str,
        due: datetime,
        *,
        lane: str,
        thread: Thread | None,
    ) -> Action:
        """Return the update that settles the claimed message and makes `step_id` the next step, due
        at `due`. The stored thread is kept if `thread` is None."""
        continued = {"thread": thread.packed()} if thread else {}
        return self._settle_action(
            contact_id,
            message_id,
            {
                **due_place(clock.to_text(due), lane),
                **continued,
                "state": "active",
                "step_id": step_id,
                "previous_at": clock.timestamp(),
                "attempts": 0,
            },
            [*CLAIM, "blocked_reason", "_events"],
        )

    def retry_action(
        self,
        enrollment: Enrollment,
        message_id: str,
        due: str,
        lane: str,
        reason: str,
        *,
        counts: bool = True,
    ) -> Action:
        """Return the update that gives up the claim of a message that was not sent and retries its
        step at `due`.

        With `counts` it is an attempt: the backoff grows, and the same mailbox makes the next
        attempt. Otherwise any mailbox may, unless one has emailed the contact before. The condition
        names `enrollment.holder`, so a late write does not undo a newer claim of the same step.
        """
        return self._settle_action(
            enrollment.contact_id,
            message_id,
            {**due_place(due, lane), "state": "active", "blocked_reason": reason},
            [*CLAIM, "_events", *([] if counts else _unbound(enrollment))],
            attempts=int(counts),
            holder=enrollment.holder,
        )

    def release_action(
        self,
        enrollment: Enrollment,
        message_id: str,
        due: str | None = None,
        lane: str = PLAIN,
        reason: str = "",
    ) -> Action:
        """Return the update that releases the claim of a message that was not sent because a gate
        closed. The step is due at `due`, or as before. Like `retry_action`, it affects no newer
        claim."""
        moved = {**due_place(due, lane), "blocked_reason": reason} if due else {}
        return self._settle_action(
            enrollment.contact_id,
            message_id,
            {**moved, "state": "active"},
            [*CLAIM, "_events", *_unbound(enrollment)],
            holder=enrollment.holder,
        )

    def pause_claimed_action(
        self, contact_id: str, message_id: str, reason: str, events: Sequence[Event]
    ) -> Action:
        """Return the update that pauses the enrollment until a person settles the outcome of the
        claimed message."""
        return self._settle_action(
            contact_id,
            message_id,
            {**self._state_fields("paused", events), "blocked_reason": reason},
            [*CLAIM, *DUE_KEYS],
        )

    def end_claimed_action(
        self, contact_id: str, message_id: str, state: str, reason: str, events: Sequence[Event]
    ) -> Action:
        """Return the update that settles the claimed message, the last one, and ends the
        enrollment."""
        return self._settle_action(
            contact_id,
            message_id,
            {**self._state_fields(state, events), "exit_reason": reason},
            [*CLAIM, *DUE_KEYS, "blocked_reason"],
        )

    def _change_action(
        self, enrollment: Enrollment, set: Mapping[str, Any], remove: Iterable[str]
    ) -> Action:
        """Return an update with the condition (optimistic lock) that the enrollment is as it was
        read and has no message in flight."""
        in_flight = "" if enrollment.state == "waiting" else " AND attribute_not_exists(#sending)"
        return self.table.update_action(
            self._pk,
            enrollment.contact_id,
            changes(
                set={**set, "updated_at": clock.timestamp()}, remove=remove, add={"version": 1}
            ),
            f"#version = :seen{in_flight}",
            seen=enrollment.version,
        )

    def _settle_action(
        self,
        contact_id: str,
        message_id: str,
        set: Mapping[str, Any],
        remove: Iterable[str],
        *,
        attempts: int = 0,
        **holder: str | None,
    ) -> Action:
        """Return an update that only the holder of the claim on `message_id` may make; concurrent
        changes such as a reply are kept. With `holder` the condition also requires the id of its
        claim, so that a later claim of the same message is left alone."""
        of_holder = " AND #holder = :holder" if holder else ""
        return self.table.update_action(
            self._pk,
            contact_id,
            changes(
                set={**set, "updated_at": clock.timestamp()},
                remove=remove,
                add={"version": 1, "attempts": attempts},
            ),
            f"#sending = :claimed{of_holder}",
            claimed=message_ids.own(message_id),
            **holder,
        )

    def _state_fields(self, state: str, events: Sequence[Event]) -> dict[str, str | None]:
        """Return the fields of a state without a next step: state, key in the index `by_state`,
        events."""
        place = {"state": state, "by_state_pk": f"{self._pk}#{state}"}
        return {**place, "_events": outbox.pack(events) if events else None}

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#{self.campaign_id}"


def due_place(due: str, lane: str = PLAIN) -> dict[str, str]:
    """Return the due time of an enrollment and its sort key in the index `by_due`."""
    return {"due_at": due, "by_due_sk": f"{lane}{due}"}


def _unbound(enrollment: Enrollment) -> Sequence[str]:
    """Return `mailbox_id` as the field to remove if only the claim has set it: no mailbox has
    emailed the contact yet."""
    return [] if enrollment.mailbox_id else ["mailbox_id"]
