"""Erasing what is held about a person.

The first transaction stops everything: the contact is a tombstone and its addresses are suppressed,
so no further mail can be claimed. What follows can be done in any number of tries: the record of
the erasure says what there is to erase, and each step finds done what a try before has done.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import Caller
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import ERASED, Enrollment, StepJob
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.models import Contact
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.kit import clock, ids
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import TransactionFailed, transact, try_transact
from outrider.kit.counters import Counters
from outrider.kit.errors import Conflict, Contended
from outrider.kit.outbox import Event
from outrider.leads.repository import LeadRepository
from outrider.messages.models import Message
from outrider.privacy.models import Counted, Erasure, StoreResult
from outrider.privacy.records import ContactRecords
from outrider.privacy.repository import ErasureRepository
from outrider.privacy.schemas import ContactErased

_ATTEMPTS = 3
_DELIVERIES, _ANSWERS, _FILES, _BACKUPS = (timedelta(days=days) for days in (30, 3, 30, 35))


@dataclass(frozen=True, slots=True)
class ErasureService:
    caller: Caller
    records: ContactRecords
    suppressions: SuppressionRepository
    erasures: ErasureRepository
    leads: LeadRepository
    enrollments: Callable[[str], EnrollmentRepository]
    counters: Callable[[str], Counters]

    def erase(self, contact_id: str) -> ContactErased:
        """What became of everything; the same however often it is asked.

        Raises ContactNotFound, and Conflict for a contact that was merged into another or that
        others keep changing.
        """
        if not ids.is_id("con", contact_id):
            raise ContactNotFound
        self.caller.begin()
        erasure = self.erasures.get(contact_id) or self._begin(contact_id)
        if erasure.finished_at:
            return _view(erasure)
        enrollments = self.records.all_enrollments(erasure.contact_ids)
        messages = self.records.all_messages(erasure.contact_ids)
        if erasure.counted is None:
            erasure = self.erasures.count(
                erasure,
                Counted(
                    contacts=1 if erasure.had_contact else 0,
                    suppressions=len(erasure.suppression_ids),
                    enrollments=len(enrollments),
                    messages=len(messages) + _being_sent(enrollments),
                ),
            )
        if tombstone := self.records.contacts.item(contact_id):
            self.records.contacts.bury(Contact.model_validate(tombstone))
        for each in erasure.contact_ids:
            self.leads.forget(each)
        forgotten = [self._forget_enrollment(each) for each in enrollments]
        self.records.messages.delete(messages)
        self.records.messages.unsay(erasure.contact_ids, self._ids(enrollments, messages))
        if not all(forgotten):
            return _view(erasure, pending=True)
        done = _view(erasure)
        self.erasures.finish(erasure, self.caller.keep_actions(done))
        return done

    def _ids(self, enrollments: Sequence[Enrollment], messages: Sequence[Message]) -> Iterator[str]:
        """The messages in which a worker may still say something, however late: the one of each
        enrollment's step, and those behind it, which are recorded."""
        workspace = self.records.messages.workspace
        yield from (StepJob.of(workspace, each).message_id for each in enrollments)
        yield from (each.id for each in messages)

    def _begin(self, contact_id: str) -> Erasure:
        """Let nothing be sent any more."""
        for _ in attempts(_ATTEMPTS):
            item = self.records.contacts.item(contact_id)
            contact = Contact.from_item(item)
            if contact is None:
                self._require_own(contact_id)
            if item is None and not self.records.is_known(contact_id):
                raise ContactNotFound
            addresses = [item["email"], *item.get("other_emails", [])] if item else []
            erasure = Erasure(
                contact_id=contact_id,
                merged_ids=item.get("merged_ids", []) if item else [],
                suppression_ids=list(self.suppressions.ids_of(addresses)),
                had_contact=item is not None,
                erased_at=clock.timestamp(),
            )
            actions = [
                self.erasures.add_action(erasure),
                *self.suppressions.erase_actions(addresses),
            ]
            if contact:
                actions += self.records.contacts.remove_actions(
                    contact_id, [self._deleted(contact_id)], contact.version
                )
            try:
                transact(*actions)
            except TransactionFailed:
                if begun := self.erasures.get(contact_id):
                    return begun
                continue
            return erasure
        raise Contended("Another request changed this contact")

    def _require_own(self, contact_id: str) -> None:
        """Of a contact that is gone messages and enrollments may be there, and are erased: unless
        they are another's now. Raises Conflict."""
        merged_into = self.records.contacts.merged_into(contact_id)
        if merged_into is not None:
            raise Conflict(f"The contact was merged into {merged_into}: erase that one")

    def _deleted(self, contact_id: str) -> Event:
        return self.caller.event("contact.deleted", contact_id=contact_id, reason=ERASED)

    def _forget_enrollment(self, enrollment: Enrollment) -> bool:
        """End it, and take out what a mail said. False when that has to wait, for the worker that
        is sending a mail of it or because it changed meanwhile."""
        if enrollment.is_forgotten:
            return True
        if enrollment.in_flight(clock.now()):
            return False
        ended = [] if enrollment.is_over else [self._ended(enrollment)]
        actions = [self.enrollments(enrollment.campaign_id).forget_action(enrollment, ended)]
        if not enrollment.is_over:
            counted = "paused" if enrollment.state == "paused" else "active"
            counters = self.counters(enrollment.campaign_id)
            actions.append(counters.add_action(**{counted: -1, "completed": 1}))
        return try_transact(*actions)

    def _ended(self, enrollment: Enrollment) -> Event:
        return self.caller.event(
            "enrollment.finished",
            identity=f"{enrollment.id}/{enrollment.generation}",
            status="finished",
            reason=ERASED,
            **enrollment.names(),
        )


def _being_sent(enrollments: Sequence[Enrollment]) -> int:
    """How many messages are written as soon as their workers know the outcome."""
    return sum(enrollment.in_flight(clock.now()) for enrollment in enrollments)


def _view(erasure: Erasure, *, pending: bool = False) -> ContactErased:
    return ContactErased(
        contact_id=erasure.contact_id,
        status="pending" if pending else "finished",
        erased_at=erasure.erased_at,
        stores=_stores(erasure, pending=pending),
    )


def _stores(erasure: Erasure, *, pending: bool) -> Sequence[StoreResult]:
    counted = erasure.counted
    assert counted is not None
    begun = clock.from_text(erasure.erased_at)

    def until(life: timedelta) -> str:
        return clock.to_text(begun + life)

    sending = "A mail was being sent: ask again in two minutes" if pending else None
    return [
        StoreResult(
            store="contacts",
            result="erased",
            count=counted.contacts,
            reason="With its addresses, words in the search, research and lead, within seconds",
        ),
        StoreResult(
            store="suppressions",
            result="kept",
            count=counted.suppressions,
            reason="A hash of each address, so that nothing is sent to it; no text",
        ),
        StoreResult(
            store="enrollments",
            result="pending" if pending else "erased",
            count=counted.enrollments,
            reason=sending or "Ended; ids and outcomes stay for the counts of campaigns",
        ),
        StoreResult(
            store="messages",
            result="pending" if pending else "erased",
            count=counted.messages,
            reason=sending,
        ),
        StoreResult(
            store="events", result="kept", reason="They name ids only; each expires in 400 days"
        ),
        StoreResult(
            store="webhook_deliveries",
            result="expires",
            reason="They say what the events say",
            until=until(_DELIVERIES),
        ),
        StoreResult(
            store="idempotency_keys",
            result="expires",
            reason="Answers to requests with an Idempotency-Key, kept for their repetition",
            until=until(_ANSWERS),
        ),
        StoreResult(
            store="files",
            result="expires",
            reason="Files of imports and exports, and mails that came in",
            until=until(_FILES),
        ),
        StoreResult(
            store="backups",
            result="expires",
            reason="Streams of the tables for a day, their continuous backups for 35",
            until=until(_BACKUPS),
        ),
    ]
