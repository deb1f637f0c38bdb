"""Erasure of a contact's personal data.

The first transaction stops all sending: the contact becomes a tombstone and its addresses are
suppressed, so no email can be claimed any more. The following steps are idempotent and may take any
number of requests: the record of the erasure lists what must be erased.
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

_DELIVERIES, _ANSWERS, _AGENTS, _FILES, _BACKUPS = (
    timedelta(days=days) for days in (30, 3, 30, 30, 35)
)


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
        """Erase the contact and return the result for each store; the request is idempotent.

        Raises ContactNotFound, Conflict if the contact was merged into another one, and Contended
        if every attempt lost its optimistic lock.
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
        erased = [self._forget_enrollment(each) for each in enrollments]
        self.records.messages.delete(messages)
        self.records.messages.erase_content(
            erasure.contact_ids, self._message_ids(enrollments, messages)
        )
        if not all(erased):
            return _view(erasure, pending=True)
        done = _view(erasure)
        self.erasures.finish(erasure, self.caller.keep_actions(done))
        return done

    def _message_ids(
        self, enrollments: Sequence[Enrollment], messages: Sequence[Message]
    ) -> Iterator[str]:
        """Yield the ids of the messages whose content a late worker may still write: that of each
        enrollment's current step, and all recorded messages."""
        workspace = self.records.messages.workspace
        yield from (StepJob.of(workspace, each).message_id for each in enrollments)
        yield from (each.id for each in messages)

    def _begin(self, contact_id: str) -> Erasure:
        """Record the erasure, remove the contact, and suppress its addresses in one transaction."""
        for _ in attempts():
            item = self.records.contacts.item(contact_id)
            contact = Contact.from_item(item)
            if contact is None:
                self._require_not_merged(contact_id)
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

    def _require_not_merged(self, contact_id: str) -> None:
        """Raise Conflict if the contact was merged into another one. Messages and enrollments of a
        deleted contact are erased, but those of a merged contact belong to the other one."""
        merged_into = self.records.contacts.merged_into(contact_id)
        if merged_into is not None:
            raise Conflict(f"The contact was merged into {merged_into}: erase that one")

    def _deleted(self, contact_id: str) -> Event:
        return self.caller.event("contact.deleted", contact_id=contact_id, reason=ERASED)

    def _forget_enrollment(self, enrollment: Enrollment) -> bool:
        """End the enrollment and remove the content of its thread. Return False if this must wait
        because a worker is sending one of its messages or the enrollment changed."""
        if enrollment.is_forgotten:
            return True
        if enrollment.in_flight(clock.now()):
            return False
        ended = [] if enrollment.is_over else [self._ended(enrollment)]
        actions = [*self.enrollments(enrollment.campaign_id).forget_actions(enrollment, ended)]
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
    """Return the number of messages that workers are sending and will record."""
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

    sending = "A message is being sent: repeat the request in two minutes" if pending else None
    return [
        StoreResult(
            store="contacts",
            result="erased",
            count=counted.contacts,
            reason="With its addresses, search index entries, research and leads, within seconds",
        ),
        StoreResult(
            store="suppressions",
            result="kept",
            count=counted.suppressions,
            reason="Only a hash of each address, so that nothing is sent to it",
        ),
        StoreResult(
            store="enrollments",
            result="pending" if pending else "erased",
            count=counted.enrollments,
            reason=sending or "Ended; ids and outcomes stay for campaign statistics",
        ),
        StoreResult(
            store="messages",
            result="pending" if pending else "erased",
            count=counted.messages,
            reason=sending,
        ),
        StoreResult(
            store="events",
            result="kept",
            reason="They contain ids only; each expires after 400 days",
        ),
        StoreResult(
            store="webhook_deliveries",
            result="expires",
            reason="They contain the events",
            until=until(_DELIVERIES),
        ),
        StoreResult(
            store="idempotency_keys",
            result="expires",
            reason="Stored responses to requests with an Idempotency-Key",
            until=until(_ANSWERS),
        ),
        StoreResult(
            store="agents",
            result="expires",
            reason="What agents did and proposed",
            until=until(_AGENTS),
        ),
        StoreResult(
            store="files",
            result="expires",
            reason="Files of imports and exports, and inbound emails",
            until=until(_FILES),
        ),
        StoreResult(
            store="backups",
            result="expires",
            reason="DynamoDB streams for one day, continuous backups for 35 days",
            until=until(_BACKUPS),
        ),
    ]
