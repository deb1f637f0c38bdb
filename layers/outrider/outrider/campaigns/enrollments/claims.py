"""Keys and expressions of enrollments whose step a worker claims: the claim itself, and what only
its holder may do until it is settled. `EnrollmentRepository` adds what others do."""

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
    table: Table
    workspace: WorkspaceId
    campaign_id: str

    def claim_action(
        self, enrollment: Enrollment, message_id: str, mailbox_id: str | None, to: str
    ) -> Action:
        """Claim the step for `message_id`, which is to be sent to the address or number `to`: until
        the claim's lease ends, no other worker takes it. `enrollment.holder` tells this claim from
        any other of the step. A step that was queued is due after that anyway: then its due time
        stays, and the index too."""
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
        """A person has the task `message_id` to do, and time for it `until`."""
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
        """The claimed message is settled; `step_id` comes next. Without `thread` it stays."""
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
        """The claimed message was not sent, and its step will be tried again at `due`. `counts`: it
        was an attempt, so the next wait is longer, and its mailbox makes the next one too; else any
        mailbox may, where none wrote before. Made late, it changes no claim but that of
        `enrollment.holder`: the step may have been claimed again."""
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
        """Give the claim of a message back that was not sent: a gate has closed. The step is due
        again at `due`, or when it was due before. Made late, it changes no other claim, as `retry`.
        """
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
        """A person has to say what became of the claimed message."""
        return self._settle_action(
            contact_id,
            message_id,
            {**self._stands("paused", events), "blocked_reason": reason},
            [*CLAIM, *DUE_KEYS],
        )

    def end_claimed_action(
        self, contact_id: str, message_id: str, state: str, reason: str, events: Sequence[Event]
    ) -> Action:
        """The claimed message was the last: the enrollment ends."""
        return self._settle_action(
            contact_id,
            message_id,
            {**self._stands(state, events), "exit_reason": reason},
            [*CLAIM, *DUE_KEYS, "blocked_reason"],
        )

    def _change_action(
        self, enrollment: Enrollment, set: Mapping[str, Any], remove: Iterable[str]
    ) -> Action:
        """A change of the enrollment as it was read, while no message of it is in flight."""
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
        """A change that only the holder of the claim on `message_id` may make; what others noted
        meanwhile (a reply) stays. With a `holder` it must be the claim that this one made."""
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

    def _stands(self, state: str, events: Sequence[Event]) -> dict[str, str | None]:
        """A state in which nothing is to come, its place in the index, and what is told of it."""
        place = {"state": state, "by_state_pk": f"{self._pk}#{state}"}
        return {**place, "_events": outbox.pack(events) if events else None}

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#{self.campaign_id}"


def due_place(due: str, lane: str = PLAIN) -> dict[str, str]:
    """When an enrollment is due, and its place in the index."""
    return {"due_at": due, "by_due_sk": f"{lane}{due}"}


def _unbound(enrollment: Enrollment) -> Sequence[str]:
    """The removal of the mailbox that the claim named, where none had written before."""
    return [] if enrollment.mailbox_id else ["mailbox_id"]
