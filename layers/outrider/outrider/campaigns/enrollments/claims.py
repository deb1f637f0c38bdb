"""Keys and expressions of enrollments whose step a worker claims: the claim itself, and what only
its holder may do until it is settled. `EnrollmentRepository` adds what others do."""

from collections.abc import Sequence
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
from outrider.kit.aws.dynamodb import Action, Table
from outrider.kit.outbox import Event

DUE = "#due_at = :due, #by_due_sk = :place"
DUE_KEYS = "#due_at, #by_due_pk, #by_due_sk"
CLAIM = "#sending, #sending_to, #claimed_until, #holder"
STATE = "#state = :state, #by_state_pk = :by_state"


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
        values = {"mailbox": mailbox_id} if mailbox_id else {}
        now = clock.now()
        lease = clock.to_text(now + CLAIM_LEASE)
        moves = not lease <= (enrollment.due_at or "") <= clock.to_text(now + ROUND + STEP_LEASE)
        if moves:
            values |= due_place(lease, QUEUED_LANE)
        return self._change_action(
            enrollment,
            "#state = :sending, #sending = :message, #sending_to = :to, #claimed_until = :lease,"
            f" #holder = :holder"
            f"{', #mailbox_id = :mailbox' if mailbox_id else ''}{f', {DUE}' if moves else ''}",
            "#_events",
            sending="sending",
            message=message_ids.own(message_id),
            to=to,
            lease=lease,
            holder=enrollment.holder,
            **values,
        )

    def wait_action(self, enrollment: Enrollment, message_id: str, until: str) -> Action:
        """A person has the task `message_id` to do, and time for it `until`."""
        return self._change_action(
            enrollment,
            f"{DUE}, #state = :waiting, #sending = :message",
            "#_events, #blocked_reason",
            **due_place(until),
            waiting="waiting",
            message=message_ids.own(message_id),
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
            f"{DUE}, #state = :active, #step_id = :step, #previous_at = :now, #attempts = :none"
            f"{', #thread = :thread' if continued else ''}",
            f"{CLAIM}, #blocked_reason, #_events",
            **due_place(clock.to_text(due), lane),
            active="active",
            step=step_id,
            none=0,
            **continued,
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
            f"{DUE}, #state = :active, #blocked_reason = :reason,"
            " #attempts = if_not_exists(#attempts, :none) + :counted",
            f"{CLAIM}, #_events{'' if counts else _unbound(enrollment)}",
            **due_place(due, lane),
            active="active",
            reason=reason,
            none=0,
            counted=int(counts),
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
        moved = f"{DUE}, #blocked_reason = :reason, " if due else ""
        return self._settle_action(
            enrollment.contact_id,
            message_id,
            f"{moved}#state = :active",
            f"{CLAIM}, #_events{_unbound(enrollment)}",
            active="active",
            holder=enrollment.holder,
            **({**due_place(due, lane), "reason": reason} if due else {}),
        )

    def pause_claimed_action(
        self, contact_id: str, message_id: str, reason: str, events: Sequence[Event]
    ) -> Action:
        """A person has to say what became of the claimed message."""
        return self._settle_action(
            contact_id,
            message_id,
            f"{STATE}, #blocked_reason = :reason, #_events = :events",
            f"{CLAIM}, {DUE_KEYS}",
            **self._stands("paused"),
            reason=reason,
            events=outbox.pack(events),
        )

    def end_claimed_action(
        self, contact_id: str, message_id: str, state: str, reason: str, events: Sequence[Event]
    ) -> Action:
        """The claimed message was the last: the enrollment ends."""
        return self._settle_action(
            contact_id,
            message_id,
            f"{STATE}, #exit_reason = :reason, #_events = :events",
            f"{CLAIM}, #blocked_reason, {DUE_KEYS}",
            **self._stands(state),
            reason=reason,
            events=outbox.pack(events),
        )

    def _change_action(
        self, enrollment: Enrollment, sets: str, removes: str, **values: Any
    ) -> Action:
        """A change of the enrollment as it was read, while no message of it is in flight."""
        in_flight = "" if enrollment.state == "waiting" else " AND attribute_not_exists(#sending)"
        return self.table.update_action(
            self._pk,
            enrollment.contact_id,
            f"SET {sets}, #updated_at = :now REMOVE {removes} ADD #version :one",
            f"#version = :seen{in_flight}",
            now=clock.timestamp(),
            one=1,
            seen=enrollment.version,
            **values,
        )

    def _settle_action(
        self, contact_id: str, message_id: str, sets: str, removes: str, **values: Any
    ) -> Action:
        """A change that only the holder of the claim on `message_id` may make; what others noted
        meanwhile (a reply) stays. With a `holder` it must be the claim that this one made."""
        of_holder = " AND #holder = :holder" if "holder" in values else ""
        return self.table.update_action(
            self._pk,
            contact_id,
            f"SET {sets}, #updated_at = :now REMOVE {removes} ADD #version :one",
            f"#sending = :claimed{of_holder}",
            now=clock.timestamp(),
            one=1,
            claimed=message_ids.own(message_id),
            **values,
        )

    def _stands(self, state: str) -> dict[str, str]:
        """The values of STATE: a state in which nothing is to come, and its place in the index."""
        return {"state": state, "by_state": f"{self._pk}#{state}"}

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#{self.campaign_id}"


def due_place(due: str, lane: str = PLAIN) -> dict[str, str]:
    """The values of DUE."""
    return {"due": due, "place": f"{lane}{due}"}


def _unbound(enrollment: Enrollment) -> str:
    """The removal of the mailbox that the claim named, where none had written before."""
    return "" if enrollment.mailbox_id else ", #mailbox_id"
