"""Keys, expressions and items of enrollments.

An enrollment is `<workspace>#cam_…` / `con_…`, so a contact is in a campaign once. One that has
something to come stands in the index `by_due`, under `<workspace>#cam_…#<shard>` /
`<lane><due at>`; one that is over or paused in the index `by_state`, under
`<workspace>#cam_…#<state>`; all stand in the index `by_contact`, under `<workspace>#con_…`.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal

from outrider.access.models import WorkspaceId
from outrider.campaigns import message_ids
from outrider.campaigns.due_places import DUE_AT_ONCE, PLAIN, DuePlaces, due_at
from outrider.campaigns.models import (
    CLAIM_LEASE,
    ERASED,
    ROUND,
    STEP_LEASE,
    Campaign,
    Enrollment,
    Thread,
)
from outrider.kit import clock, marks, outbox
from outrider.kit.attributes import Item
from outrider.kit.dynamo import Action, ConditionFailed, Query, Table
from outrider.kit.outbox import Event

_SKIPPED_LIFE = timedelta(days=90)
_COMPANY_AT_ONCE = 50
_DUE = "#due_at = :due, #by_due_sk = :place"
_DUE_KEYS = "#due_at, #by_due_pk, #by_due_sk"
_CLAIM = "#sending, #sending_to, #claimed_until, #holder"
_STATE = "#state = :state, #by_state_pk = :by_state"
_WHO = "#company_key, #by_company_pk, #timezone"


@dataclass(frozen=True, slots=True)
class NewEnrollment:
    """`mark` says by what it was enrolled, `by_company` that a colleague's answer ends it, `lane`
    where its first step waits."""

    enrollment: Enrollment
    events: Sequence[Event]
    mark: str
    lane: str
    by_company: bool = False


@dataclass(frozen=True, slots=True)
class EnrollmentRepository:
    """Enrollments of one campaign of one workspace."""

    table: Table
    workspace: WorkspaceId
    campaign_id: str

    def key(self, contact_id: str) -> tuple[Table, str, str]:
        """Where an enrollment is, for `kit.dynamo.batch_get`."""
        return self.table, self._pk, contact_id

    def get(self, contact_id: str) -> Enrollment | None:
        item = self.table.get(self._pk, contact_id)
        return Enrollment.from_item(item) if item else None

    def add(self, new: NewEnrollment, due_shards: int) -> Action:
        """Enroll somebody who never was, for a transaction."""
        return self.table.put(self._item(new, due_shards), "attribute_not_exists(#pk)")

    def add_again(self, new: NewEnrollment, due_shards: int, before: Enrollment) -> Action:
        """Enroll somebody anew in place of an enrollment that is over, as it was read."""
        return self.table.put(self._item(new, due_shards), "#version = :seen", seen=before.version)

    def skip(self, contact_id: str, reason: str) -> Action:
        """Keep why somebody was not enrolled, for a transaction; the first reason stays."""
        item = {
            "pk": f"{self._pk}#skipped",
            "sk": contact_id,
            "reason": reason,
            "skipped_at": clock.timestamp(),
            "ttl": int((clock.now() + _SKIPPED_LIFE).timestamp()),
        }
        return self.table.put(item, "attribute_not_exists(#pk)")

    def skipped(
        self, reason: str | None, limit: int, after: Item | None
    ) -> tuple[list[Item], Item | None]:
        """Whom a launch did not enroll: `sk` is the contact, with `reason` and `skipped_at`."""
        page = self.table.page(
            Query(
                f"{self._pk}#skipped",
                values={"reason": reason} if reason else {},
                filter="#reason = :reason" if reason else "",
                after=after,
                consistent=True,
            ),
            limit,
        )
        return page.items, page.last_key

    def due(
        self,
        campaign: Campaign,
        until: datetime,
        lanes: Sequence[str],
        at_once: int = DUE_AT_ONCE,
    ) -> Iterator[Enrollment]:
        """The enrollments of these lanes that are due by `until`, the longest due first. They are
        looked up `at_once` in each shard, and no more in one that nobody takes from. What has been
        moved and stands at its old place in the index yet is left out."""
        places = self.places.until(campaign, until, lanes, at_once)
        together = min(at_once * campaign.due_shards, DUE_AT_ONCE)
        while some := list(islice(places, together)):
            found = self.table.get_all(self._pk, [place["sk"] for place in some])
            for place in some:
                item = found.get(place["sk"], {})
                if item.get("by_due_sk") == place["by_due_sk"]:
                    yield Enrollment.from_item(item)

    def overdue(self, campaign: Campaign, until: datetime) -> Iterator[str]:
        """Since when each that is due by `until` is due, the longest first."""
        lanes = list(self.places.lanes(campaign))
        return map(due_at, self.places.until(campaign, until, lanes, DUE_AT_ONCE))

    def postpone(
        self, enrollment: Enrollment, until: datetime, reason: str | None, lane: str = PLAIN
    ) -> bool:
        """Move the due time, unless the enrollment changed since it was read."""
        action = self.table.update(
            self._pk,
            enrollment.contact_id,
            f"SET {_DUE}, #blocked_reason = :reason REMOVE #_events",
            "#version = :seen AND #due_at = :was",
            **_at(clock.to_text(until), lane),
            reason=reason,
            seen=enrollment.version,
            was=enrollment.due_at,
        )
        try:
            self.table.write(action)
        except ConditionFailed:
            return False
        return True

    def claim(
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
            values |= _at(lease)
        return self._change(
            enrollment,
            "#state = :sending, #sending = :message, #sending_to = :to, #claimed_until = :lease,"
            f" #holder = :holder"
            f"{', #mailbox_id = :mailbox' if mailbox_id else ''}{f', {_DUE}' if moves else ''}",
            "#_events",
            sending="sending",
            message=message_ids.own(message_id),
            to=to,
            lease=lease,
            holder=enrollment.holder,
            **values,
        )

    def wait(self, enrollment: Enrollment, message_id: str, until: str) -> Action:
        """A person has the task `message_id` to do, and time for it `until`."""
        return self._change(
            enrollment,
            f"{_DUE}, #state = :waiting, #sending = :message",
            "#_events, #blocked_reason",
            **_at(until),
            waiting="waiting",
            message=message_ids.own(message_id),
        )

    def advance(
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
        return self._settle(
            contact_id,
            message_id,
            f"{_DUE}, #state = :active, #step_id = :step, #previous_at = :now, #attempts = :none"
            f"{', #thread = :thread' if continued else ''}",
            f"{_CLAIM}, #blocked_reason, #_events",
            **_at(clock.to_text(due), lane),
            active="active",
            step=step_id,
            none=0,
            **continued,
        )

    def retry(
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
        was an attempt, so the next wait is longer. Made late, it changes no claim but that of
        `enrollment.holder`: the step may have been claimed again."""
        return self._settle(
            enrollment.contact_id,
            message_id,
            f"{_DUE}, #state = :active, #blocked_reason = :reason,"
            " #attempts = if_not_exists(#attempts, :none) + :counted",
            f"{_CLAIM}, #_events",
            **_at(due, lane),
            active="active",
            reason=reason,
            none=0,
            counted=int(counts),
            holder=enrollment.holder,
        )

    def release(
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
        moved = f"{_DUE}, #blocked_reason = :reason, " if due else ""
        return self._settle(
            enrollment.contact_id,
            message_id,
            f"{moved}#state = :active",
            f"{_CLAIM}, #_events",
            active="active",
            holder=enrollment.holder,
            **({**_at(due, lane), "reason": reason} if due else {}),
        )

    def pause_claimed(
        self, contact_id: str, message_id: str, reason: str, events: Sequence[Event]
    ) -> Action:
        """A person has to say what became of the claimed message."""
        return self._settle(
            contact_id,
            message_id,
            f"{_STATE}, #blocked_reason = :reason, #_events = :events",
            f"{_CLAIM}, {_DUE_KEYS}",
            **self._stands("paused"),
            reason=reason,
            events=outbox.pack(events),
        )

    def end_claimed(
        self, contact_id: str, message_id: str, state: str, reason: str, events: Sequence[Event]
    ) -> Action:
        """The claimed message was the last: the enrollment ends."""
        return self._settle(
            contact_id,
            message_id,
            f"{_STATE}, #exit_reason = :reason, #_events = :events",
            f"{_CLAIM}, #blocked_reason, {_DUE_KEYS}",
            **self._stands(state),
            reason=reason,
            events=outbox.pack(events),
        )

    def skip_to(self, enrollment: Enrollment, step_id: str, due: datetime, lane: str) -> Action:
        """The step to come is left out; `step_id` comes next."""
        return self._change(
            enrollment,
            f"{_DUE}, #step_id = :step, #previous_at = :now, #attempts = :none",
            "#_events, #blocked_reason",
            **_at(clock.to_text(due), lane),
            step=step_id,
            none=0,
        )

    def migrate(
        self, enrollment: Enrollment, steps_version: int, step_id: str, due: datetime
    ) -> Action:
        """It goes on at `step_id` of another version of the steps."""
        return self._change(
            enrollment,
            f"{_DUE}, #step_id = :step, #steps_version = :steps",
            "#_events",
            **_at(clock.to_text(due)),
            step=step_id,
            steps=steps_version,
        )

    def end(
        self,
        enrollment: Enrollment,
        state: str,
        reason: str,
        events: Sequence[Event],
        *,
        outcome: str | None = None,
        noted: Mapping[str, object] | None = None,
    ) -> Action:
        """The enrollment as it was read ends, unless a message of it is in flight; nobody waits for
        its task any more. `noted` are fields to set with it."""
        told = "".join(f", #{name} = :{name}" for name in noted or {})
        return self._change(
            enrollment,
            f"{_STATE}, #exit_reason = :reason, #outcome = :outcome, #_events = :events{told}",
            f"{_DUE_KEYS}, #blocked_reason, {_CLAIM}",
            **self._stands(state),
            reason=reason,
            outcome=outcome,
            events=outbox.pack(events),
            **(noted or {}),
        )

    def pause(self, enrollment: Enrollment, reason: str, events: Sequence[Event]) -> Action:
        """It stays where it stands until it is resumed, and keeps the time it is due at."""
        return self._change(
            enrollment,
            f"{_STATE}, #blocked_reason = :reason, #_events = :events",
            f"#by_due_pk, #by_due_sk, {_CLAIM}",
            **self._stands("paused"),
            reason=reason,
            events=outbox.pack(events),
        )

    def resume(
        self, before: Enrollment, after: Enrollment, due_shards: int, events: Sequence[Event]
    ) -> Action:
        """One that is paused, or failed, goes on where `after` says."""
        names = ("blocked_reason", "exit_reason", "attempts", "mailbox_id")
        cleared = "".join(f", #{name}" for name in names if not getattr(after, name))
        return self._change(
            before,
            f"{_DUE}, #by_due_pk = :shard, #state = :active, #step_id = :step, #thread = :thread,"
            " #generation = :generation, #_events = :events",
            f"#by_state_pk{cleared}",
            **_at(after.due_at or clock.timestamp()),
            shard=self._due_pk(before.contact_id, due_shards),
            active="active",
            step=after.step_id,
            thread=after.thread.packed() if after.thread else None,
            generation=after.generation,
            events=outbox.pack(events),
        )

    def forget(self, enrollment: Enrollment, events: Sequence[Event]) -> Action:
        """End it if it is not over, and keep nothing of what its mails said nor of who the contact
        was. A message in flight must be given up: its worker's lease is over."""
        ends = not enrollment.is_over
        sets = f"{_STATE}, #exit_reason = :reason"
        removes = f"{_DUE_KEYS}, #thread, #blocked_reason, {_CLAIM}, {_WHO}"
        values = {
            **self._stands("finished" if ends else enrollment.state),
            "reason": ERASED if ends or enrollment.state == "failed" else enrollment.exit_reason,
        }
        if events:
            sets, values = f"{sets}, #_events = :events", {**values, "events": outbox.pack(events)}
        else:
            removes = f"{removes}, #_events"
        if enrollment.sending:
            return self._settle(enrollment.contact_id, enrollment.sending, sets, removes, **values)
        return self._change(enrollment, sets, removes, **values)

    def note_reply(self, enrollment: Enrollment, noted: Mapping[str, str]) -> Action:
        """Note what the contact answered; what a worker does with it meanwhile goes on, but any
        decision that was made without it does not hold any more."""
        assignments = ", ".join(f"#{name} = :{name}" for name in noted)
        return self.table.update(
            self._pk,
            enrollment.contact_id,
            f"SET {assignments}, #updated_at = :now REMOVE #_events ADD #version :one",
            "attribute_exists(#pk) AND #version = :seen",
            now=clock.timestamp(),
            one=1,
            seen=enrollment.version,
            **noted,
        )

    def defer(
        self, enrollment: Enrollment, until: str, reason: str, noted: Mapping[str, str]
    ) -> Action:
        """The step to come does not come up before `until`."""
        assignments = "".join(f", #{name} = :{name}" for name in noted)
        return self._change(
            enrollment,
            f"{_DUE}, #blocked_reason = :blocked{assignments}",
            "#_events",
            **_at(until),
            blocked=reason,
            **noted,
        )

    def of_company(self, company_key: str) -> Iterator[Item]:
        """Those of a company's people, where an answer stops them all: `sk` is the contact."""
        return self.table.every(
            Query(f"{self._pk}#{company_key}", index="by_company", limit=_COMPANY_AT_ONCE)
        )

    def note_first(
        self, contact_id: str, time: Literal["opened_at", "clicked_at"], at: str, *, written_at: str
    ) -> Action:
        """That the contact did something with a mail written at `written_at`, for the first time
        since it was enrolled. What was read of the enrollment before is out of date: it may have
        been a condition of the step to come."""
        return self.table.update(
            self._pk,
            contact_id,
            f"SET #{time} = :at, #updated_at = :now REMOVE #_events ADD #version :one",
            f"attribute_exists(#pk) AND attribute_not_exists(#{time}) AND #created_at <= :written",
            at=at,
            now=clock.timestamp(),
            written=written_at,
            one=1,
        )

    def _stands(self, state: str) -> dict[str, str]:
        """The values of _STATE: a state in which nothing is to come, and its place in the index."""
        return {"state": state, "by_state": f"{self._pk}#{state}"}

    @property
    def places(self) -> DuePlaces:
        return DuePlaces(self.table, self._pk)

    def _item(self, new: NewEnrollment, due_shards: int) -> Item:
        enrollment = new.enrollment
        item: Item = {
            **enrollment.to_item(),
            "pk": self._pk,
            "sk": enrollment.contact_id,
            "by_due_pk": self._due_pk(enrollment.contact_id, due_shards),
            "by_due_sk": f"{new.lane}{enrollment.due_at}",
            "by_contact_pk": f"{self.workspace}#{enrollment.contact_id}",
            **marks.attribute(new.mark),
            **outbox.attribute(new.events),
        }
        if new.by_company and enrollment.company_key:
            item["by_company_pk"] = f"{self._pk}#{enrollment.company_key}"
        return item

    def _due_pk(self, contact_id: str, due_shards: int) -> str:
        return f"{self._pk}#{zlib.crc32(contact_id.encode()) % due_shards}"

    def _change(self, enrollment: Enrollment, sets: str, removes: str, **values: Any) -> Action:
        """A change of the enrollment as it was read, while no message of it is in flight."""
        in_flight = "" if enrollment.state == "waiting" else " AND attribute_not_exists(#sending)"
        return self.table.update(
            self._pk,
            enrollment.contact_id,
            f"SET {sets}, #updated_at = :now REMOVE {removes} ADD #version :one",
            f"#version = :seen{in_flight}",
            now=clock.timestamp(),
            one=1,
            seen=enrollment.version,
            **values,
        )

    def _settle(
        self, contact_id: str, message_id: str, sets: str, removes: str, **values: Any
    ) -> Action:
        """A change that only the holder of the claim on `message_id` may make; what others noted
        meanwhile (a reply) stays. With a `holder` it must be the claim that this one made."""
        of_holder = " AND #holder = :holder" if "holder" in values else ""
        return self.table.update(
            self._pk,
            contact_id,
            f"SET {sets}, #updated_at = :now REMOVE {removes} ADD #version :one",
            f"#sending = :claimed{of_holder}",
            now=clock.timestamp(),
            one=1,
            claimed=message_ids.own(message_id),
            **values,
        )

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#{self.campaign_id}"


def _at(due: str, lane: str = PLAIN) -> dict[str, str]:
    """The values of _DUE."""
    return {"due": due, "place": f"{lane}{due}"}
