"""Keys, expressions and items of enrollments.

An enrollment is the item `<workspace>#cam_…` / `con_…`, so a contact is at most once in a campaign.
An enrollment with a next step is in the index `by_due`, under `<workspace>#cam_…#<shard>` /
`<lane><due at>`; an ended or paused one in the index `by_state`, under `<workspace>#cam_…#<state>`.
All are in the index `by_contact`, under `<workspace>#con_…`. The approved content of its first
message is the item `<workspace>#cam_…` / `approved#con_…`.
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
from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.campaigns.models import ERASED, QUEUED, QUEUED_LANE, Campaign, Enrollment
from outrider.kit import bulk_marks, clock, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Query, Table
from outrider.kit.outbox import Event

_SKIPPED_LIFE = timedelta(days=90)
_COMPANY_AT_ONCE = 50
_PERSONAL_FIELDS = ("company_key", "by_company_pk", "timezone", "approved_step_id")


@dataclass(frozen=True, slots=True)
class NewEnrollment:
    """Enrollment to be added, with its events.

    `mark` identifies the request that enrolled it. `lane` is the lane of its first step.
    `by_company`: a reply of another contact at the same company ends it. `approved` is the content
    of its first message, if a person approved it.
    """

    enrollment: Enrollment
    events: Sequence[Event]
    mark: str
    lane: str
    by_company: bool = False
    approved: FirstMessage | None = None


@dataclass(frozen=True, slots=True)
class EnrollmentRepository(EnrollmentClaims):
    """Enrollments of one campaign of one workspace."""

    def key(self, contact_id: str) -> tuple[Table, str, str]:
        """Return the key of an enrollment, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self._pk, contact_id

    def get(self, contact_id: str) -> Enrollment | None:
        item = self.table.get(self._pk, contact_id)
        return Enrollment.from_item(item) if item else None

    def approved_key(self, contact_id: str) -> tuple[Table, str, str]:
        """Return the key of the approved content, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self._pk, f"approved#{contact_id}"

    def approved(self, contact_id: str) -> FirstMessage | None:
        """Return the approved content of the enrollment's first message, or None."""
        _, pk, sk = self.approved_key(contact_id)
        item = self.table.get(pk, sk)
        return FirstMessage.from_item(item) if item else None

    def approved_actions(self, new: NewEnrollment) -> Sequence[Action]:
        """Return the put of the approved content, if there is any, for the transaction of
        `add_action`."""
        if new.approved is None:
            return []
        _, pk, sk = self.approved_key(new.enrollment.contact_id)
        return [self.table.put_action({"pk": pk, "sk": sk, **new.approved.to_item()})]

    def add_action(self, new: NewEnrollment, due_shards: int) -> Action:
        """Return the put of a new enrollment, if the contact was never enrolled in the campaign.
        One of a made-up history may have ended already."""
        return self.table.put_action(self._item(new, due_shards), "attribute_not_exists(#pk)")

    def add_again_action(self, new: NewEnrollment, due_shards: int, before: Enrollment) -> Action:
        """Return the put of an enrollment that replaces an ended one, if that is as it was read."""
        return self.table.put_action(
            self._item(new, due_shards), "#version = :seen", seen=before.version
        )

    def skip_action(self, contact_id: str, reason: str) -> Action:
        """Return the put that stores for 90 days why a contact was not enrolled; the first reason
        is kept."""
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
        """Return a page of contacts that were not enrolled, as items with the contact id `sk`,
        `reason` and `skipped_at`, and the key to continue after."""
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
        """Yield the enrollments in these lanes that are due by `until`, by due time.

        Each query reads `at_once` entries of one shard, and the next page only when it is needed.
        An entry whose enrollment has moved since is skipped: the index is eventually consistent.
        """
        places = self.places.until(campaign, until, lanes, at_once)
        together = min(at_once * campaign.due_shards, DUE_AT_ONCE)
        while some := list(islice(places, together)):
            found = self.table.get_all(self._pk, [place["sk"] for place in some])
            for place in some:
                item = found.get(place["sk"], {})
                if item.get("by_due_sk") == place["by_due_sk"]:
                    yield Enrollment.from_item(item)

    def overdue(self, campaign: Campaign, until: datetime) -> Iterator[str]:
        """Yield the due times of all enrollments that are due by `until`, earliest first."""
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
        """Move the due time. Return False if the enrollment changed since it was read.
        `unclaimable`: also raise the version, so that no worker that has read it before can claim
        the step, whose reserved units are given back."""
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
        """Return the update that skips the next step; `step_id` comes after it, due at `due`."""
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
        """Return the update that migrates the enrollment to `step_id` of another version of the
        steps."""
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
        """Return the update that ends the enrollment as it was read, unless it has a message in
        flight. `noted` are further fields to set."""
        return self._change_action(
            enrollment,
            {
                **self._state_fields(state, events),
                "exit_reason": reason,
                "outcome": outcome,
                **(noted or {}),
            },
            [*DUE_KEYS, "blocked_reason", "in_review", *CLAIM],
        )

    def pause_action(self, enrollment: Enrollment, reason: str, events: Sequence[Event]) -> Action:
        """Return the update that pauses the enrollment. It keeps its due time and its lane, which
        shows whether its step is still in the queue."""
        return self._change_action(
            enrollment,
            {**self._state_fields("paused", events), "blocked_reason": reason},
            ["by_due_pk", *CLAIM],
        )

    def resume_action(
        self, before: Enrollment, after: Enrollment, due_shards: int, events: Sequence[Event]
    ) -> Action:
        """Return the update that makes a paused or failed enrollment active again, with the step,
        due time and generation of `after`."""
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

    def forget_actions(self, enrollment: Enrollment, events: Sequence[Event]) -> Sequence[Action]:
        """Return the writes that erase the personal data of the enrollment and the approved content
        of its first message, and end it if it is open or paused. A message in flight is given up;
        the lease of its worker must have expired.
        """
        ends = not enrollment.is_over
        erased = ERASED if ends or enrollment.state == "failed" else enrollment.exit_reason
        set = {
            **self._state_fields("finished" if ends else enrollment.state, events),
            "exit_reason": erased,
        }
        remove = [*DUE_KEYS, "thread", "blocked_reason", "in_review", *CLAIM, *_PERSONAL_FIELDS]
        if enrollment.sending:
            actions = [self._settle_action(enrollment.contact_id, enrollment.sending, set, remove)]
        else:
            actions = [self._change_action(enrollment, set, remove)]
        if enrollment.approved_step_id:
            _, pk, sk = self.approved_key(enrollment.contact_id)
            actions.append(self.table.delete_action(pk, sk))
        return actions

    def note_reply_action(self, enrollment: Enrollment, noted: Mapping[str, str]) -> Action:
        """Return the update that records a reply, and sets `in_review` if a person has to read it.
        It is allowed while a message is in flight, but raises the version, so that decisions made
        before the reply fail their condition."""
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
        """Return the update that defers the next step until `until`."""
        return self._change_action(
            enrollment,
            {**due_place(until), "blocked_reason": reason, **noted},
            ["_events", *_reviewed(noted)],
        )

    def end_review_action(
        self, enrollment: Enrollment, due: str, noted: Mapping[str, str]
    ) -> Action:
        """Return the update that ends the review of a reply by a person; the next step is due at
        `due`."""
        return self._change_action(
            enrollment, {**due_place(due), **noted}, ["_events", "blocked_reason", "in_review"]
        )

    def of_company(self, company_key: str) -> Iterator[Item]:
        """Yield the index items of a company's contacts whose enrollments end with a reply from the
        company; `sk` is the contact id."""
        return self.table.every(
            Query(f"{self._pk}#{company_key}", index="by_company", limit=_COMPANY_AT_ONCE)
        )

    def note_first_action(
        self, contact_id: str, time: Literal["opened_at", "clicked_at"], at: str, *, written_at: str
    ) -> Action:
        """Return the update that records the first open or click of an email sent at `written_at`,
        if that is after the contact was enrolled. It raises the version, because the condition of
        the next step may depend on it."""
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
        """Entries of the campaign in the index `by_due`."""
        return DuePlaces(self.table, self._pk)

    def _item(self, new: NewEnrollment, due_shards: int) -> Item:
        enrollment = new.enrollment
        if enrollment.is_over:
            place = {"by_state_pk": f"{self._pk}#{enrollment.state}"}
        else:
            due_pk = self._due_pk(enrollment.contact_id, due_shards)
            place = {"by_due_pk": due_pk, "by_due_sk": f"{new.lane}{enrollment.due_at}"}
        item: Item = {
            **enrollment.to_item(),
            "pk": self._pk,
            "sk": enrollment.contact_id,
            **place,
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
