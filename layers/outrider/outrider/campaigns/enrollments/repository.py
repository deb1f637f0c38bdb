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
from typing import Literal

from outrider.campaigns.dispatch.due_index import DUE_AT_ONCE, PLAIN, DuePlaces, due_at
from outrider.campaigns.enrollments.claims import (
    CLAIM,
    DUE_KEYS,
    EnrollmentClaims,
    due_place,
)
from outrider.campaigns.models import ERASED, QUEUED, QUEUED_LANE, Campaign, Enrollment
from outrider.kit import bulk_marks, clock, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Query, Table
from outrider.kit.outbox import Event

_SKIPPED_LIFE = timedelta(days=90)
_COMPANY_AT_ONCE = 50
_WHO = ("company_key", "by_company_pk", "timezone")


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
class EnrollmentRepository(EnrollmentClaims):
    """Enrollments of one campaign of one workspace."""

    def key(self, contact_id: str) -> tuple[Table, str, str]:
        """Where an enrollment is, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self._pk, contact_id

    def get(self, contact_id: str) -> Enrollment | None:
        item = self.table.get(self._pk, contact_id)
        return Enrollment.from_item(item) if item else None

    def add_action(self, new: NewEnrollment, due_shards: int) -> Action:
        """Enroll somebody who never was, for a transaction."""
        return self.table.put_action(self._item(new, due_shards), "attribute_not_exists(#pk)")

    def add_again_action(self, new: NewEnrollment, due_shards: int, before: Enrollment) -> Action:
        """Enroll somebody anew in place of an enrollment that is over, as it was read."""
        return self.table.put_action(
            self._item(new, due_shards), "#version = :seen", seen=before.version
        )

    def skip_action(self, contact_id: str, reason: str) -> Action:
        """Keep why somebody was not enrolled, for a transaction; the first reason stays."""
        item = {
            "pk": f"{self._pk}#skipped",
            "sk": contact_id,
            "reason": reason,
            "skipped_at": clock.timestamp(),
            "ttl": int((clock.now() + _SKIPPED_LIFE).timestamp()),
        }
        return self.table.put_action(item, "attribute_not_exists(#pk)")

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
        self,
        enrollment: Enrollment,
        until: datetime,
        reason: str | None,
        lane: str = PLAIN,
        *,
        unclaimable: bool = False,
    ) -> bool:
        """Move the due time, unless the enrollment changed since it was read. `unclaimable`: nobody
        who read it before may claim its step, since the units reserved for it are free then."""
        action = self.table.update_action(
            self._pk,
            enrollment.contact_id,
            changes(
                set={**due_place(clock.to_text(until), lane), "blocked_reason": reason},
                remove=["_events"],
                add={"version": 1} if unclaimable else {},
            ),
            "#version = :seen AND #due_at = :was",
            seen=enrollment.version,
            was=enrollment.due_at,
        )
        try:
            self.table.write(action)
        except ConditionFailed:
            return False
        return True

    def skip_to_action(
        self, enrollment: Enrollment, step_id: str, due: datetime, lane: str
    ) -> Action:
        """The step to come is left out; `step_id` comes next."""
        return self._change_action(
            enrollment,
            {
                **due_place(clock.to_text(due), lane),
                "step_id": step_id,
                "previous_at": clock.timestamp(),
                "attempts": 0,
            },
            ["_events", "blocked_reason"],
        )

    def migrate_action(
        self, enrollment: Enrollment, steps_version: int, step_id: str, due: datetime, lane: str
    ) -> Action:
        """It goes on at `step_id` of another version of the steps."""
        return self._change_action(
            enrollment,
            {
                **due_place(clock.to_text(due), lane),
                "step_id": step_id,
                "steps_version": steps_version,
            },
            ["_events"],
        )

    def end_action(
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
        return self._change_action(
            enrollment,
            {
                **self._stands(state, events),
                "exit_reason": reason,
                "outcome": outcome,
                **(noted or {}),
            },
            [*DUE_KEYS, "blocked_reason", "in_review", *CLAIM],
        )

    def pause_action(self, enrollment: Enrollment, reason: str, events: Sequence[Event]) -> Action:
        """It stays where it stands until it is resumed, and keeps the time it is due at, and with
        its lane whether its step lies in the queue."""
        return self._change_action(
            enrollment,
            {**self._stands("paused", events), "blocked_reason": reason},
            ["by_due_pk", *CLAIM],
        )

    def resume_action(
        self, before: Enrollment, after: Enrollment, due_shards: int, events: Sequence[Event]
    ) -> Action:
        """One that is paused, or failed, goes on where `after` says."""
        names = ("blocked_reason", "exit_reason", "attempts", "mailbox_id")
        cleared = [name for name in names if not getattr(after, name)]
        queued = after.blocked_reason == QUEUED
        return self._change_action(
            before,
            {
                **due_place(after.due_at or clock.timestamp(), QUEUED_LANE if queued else PLAIN),
                **({"blocked_reason": QUEUED} if queued else {}),
                "by_due_pk": self._due_pk(before.contact_id, due_shards),
                "state": "active",
                "step_id": after.step_id,
                "thread": after.thread.packed() if after.thread else None,
                "generation": after.generation,
                "_events": outbox.pack(events),
            },
            ["by_state_pk", *cleared],
        )

    def forget_action(self, enrollment: Enrollment, events: Sequence[Event]) -> Action:
        """End it if it is not over, and keep nothing of what its mails said nor of who the contact
        was. A message in flight must be given up: its worker's lease is over."""
        ends = not enrollment.is_over
        erased = ERASED if ends or enrollment.state == "failed" else enrollment.exit_reason
        set = {
            **self._stands("finished" if ends else enrollment.state, events),
            "exit_reason": erased,
        }
        remove = [*DUE_KEYS, "thread", "blocked_reason", "in_review", *CLAIM, *_WHO]
        if enrollment.sending:
            return self._settle_action(enrollment.contact_id, enrollment.sending, set, remove)
        return self._change_action(enrollment, set, remove)

    def note_reply_action(self, enrollment: Enrollment, noted: Mapping[str, str]) -> Action:
        """Note what the contact answered, and `in_review` if a person has to read it; what a worker
        does with it meanwhile goes on, but any decision that was made without it does not hold any
        more."""
        return self.table.update_action(
            self._pk,
            enrollment.contact_id,
            changes(
                set={**noted, "updated_at": clock.timestamp()},
                remove=["_events", *_reviewed(noted)],
                add={"version": 1},
            ),
            "attribute_exists(#pk) AND #version = :seen",
            seen=enrollment.version,
        )

    def defer_action(
        self, enrollment: Enrollment, until: str, reason: str, noted: Mapping[str, str]
    ) -> Action:
        """The step to come does not come up before `until`."""
        return self._change_action(
            enrollment,
            {**due_place(until), "blocked_reason": reason, **noted},
            ["_events", *_reviewed(noted)],
        )

    def end_review_action(
        self, enrollment: Enrollment, due: str, noted: Mapping[str, str]
    ) -> Action:
        """A person has read what it waited for: the step to come comes up at `due`."""
        return self._change_action(
            enrollment, {**due_place(due), **noted}, ["_events", "blocked_reason", "in_review"]
        )

    def of_company(self, company_key: str) -> Iterator[Item]:
        """Those of a company's people, where an answer stops them all: `sk` is the contact."""
        return self.table.every(
            Query(f"{self._pk}#{company_key}", index="by_company", limit=_COMPANY_AT_ONCE)
        )

    def note_first_action(
        self, contact_id: str, time: Literal["opened_at", "clicked_at"], at: str, *, written_at: str
    ) -> Action:
        """That the contact did something with a mail written at `written_at`, for the first time
        since it was enrolled. What was read of the enrollment before is out of date: it may have
        been a condition of the step to come."""
        return self.table.update_action(
            self._pk,
            contact_id,
            changes(
                set={time: at, "updated_at": clock.timestamp()},
                remove=["_events"],
                add={"version": 1},
            ),
            f"attribute_exists(#pk) AND attribute_not_exists(#{time}) AND #created_at <= :written",
            written=written_at,
        )

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
            **bulk_marks.attribute(new.mark),
            **outbox.attribute(new.events),
        }
        if new.by_company and enrollment.company_key:
            item["by_company_pk"] = f"{self._pk}#{enrollment.company_key}"
        return item

    def _due_pk(self, contact_id: str, due_shards: int) -> str:
        return f"{self._pk}#{zlib.crc32(contact_id.encode()) % due_shards}"


def _reviewed(noted: Mapping[str, str]) -> Sequence[str]:
    return [] if "in_review" in noted else ["in_review"]
