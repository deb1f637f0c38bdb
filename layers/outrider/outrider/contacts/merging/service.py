"""Merging of contacts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.merging import rules
from outrider.contacts.merging.schemas import MergeRequest
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.entities.schemas import MAX_OBJECT, MAX_TAGS
from outrider.kit import ids, json
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed
from outrider.kit.errors import Contended, PreconditionFailed, ValidationFailed
from outrider.kit.outbox import Event

_EVIDENCE = 1_000


@dataclass(frozen=True, slots=True)
class MergeService:
    caller: Caller
    contacts: ContactRepository
    suppressions: SuppressionRepository

    def merge(self, request: MergeRequest, if_match: int | None) -> Contact:
        """Merge the losers into the winner and return it. Losers that were merged into it before
        are ignored.

        Raises ContactNotFound, ValidationFailed if the merged contact would exceed a limit,
        PreconditionFailed if the winner is not at version `if_match`, and Contended if the contacts
        change during every attempt.
        """
        for _ in attempts():
            winner, losers = self._read(request)
            if not losers:
                return winner
            PreconditionFailed.check(if_match, winner.version)
            changes = rules.changes_of(winner, losers)
            after = winner.changed(changes)
            _require_room(after)
            events = {each.id: [self._deleted(each, winner)] for each in losers}
            events[winner.id] = [self._merged(winner, losers, changes)]
            also = [*self._objection_actions(winner, losers), *self.caller.keep_actions(after)]
            try:
                self.contacts.merge(winner, after, losers, events, also=also)
            except TransactionFailed:
                continue
            return after
        raise Contended("Another request changed one of these contacts")

    def _read(self, request: MergeRequest) -> tuple[Contact, list[Contact]]:
        """Return the winner and those losers that are not yet merged into it. Raises
        ContactNotFound."""
        wanted = [request.winner_id, *request.loser_ids]
        if not all(ids.is_id("con", contact_id) for contact_id in wanted):
            raise ContactNotFound
        found = self.contacts.get_many(wanted)
        winner = found.get(request.winner_id)
        if winner is None:
            raise ContactNotFound
        left = [each for each in request.loser_ids if each not in winner.merged_ids]
        if not all(contact_id in found for contact_id in left):
            raise ContactNotFound
        return winner, [found[contact_id] for contact_id in left]

    def _objection_actions(self, winner: Contact, losers: Sequence[Contact]) -> list[Action]:
        """Return the write that suppresses the winner's address if one of the losers objected to
        email (`Suppression.is_objection`) and the winner's address is not suppressed yet."""
        addresses = [address for each in losers for address in (each.email, *each.other_emails)]
        found = self.suppressions.find([winner.email, *addresses])
        own = self.suppressions.id_of("address", winner.email)
        objection = next((each for each in found.values() if each.is_objection), None)
        if objection is None or own in found:
            return []
        names = ", ".join(each.id for each in losers)
        evidence = f"Merged with {names}, who are suppressed by {objection.id}"
        if objection.evidence:
            evidence = f"{evidence}: {objection.evidence}"
        suppression = self.suppressions.of_address(
            winner.email, objection.reason, evidence[:_EVIDENCE]
        )
        suppressed = self.caller.event(
            "contact.suppressed", contact_id=winner.id, **suppression.names()
        )
        return [self.suppressions.add_action(suppression, [suppressed])]

    def _merged(self, winner: Contact, losers: Sequence[Contact], changes: Iterable[str]) -> Event:
        return self.caller.event(
            "contact.merged",
            contact_id=winner.id,
            merged_ids=[each.id for each in losers],
            changed=sorted(name for name in changes if name != "merged_ids"),
        )

    def _deleted(self, loser: Contact, winner: Contact) -> Event:
        return self.caller.event("contact.deleted", contact_id=loser.id, merged_into=winner.id)


def _require_room(after: Contact) -> None:
    for holds, most, what in (
        (len(after.tags), MAX_TAGS, "tags"),
        (len(json.dumps(after.custom)), MAX_OBJECT, "bytes of custom fields"),
        (len(after.merged_ids), rules.MAX_MERGED, "merged contacts"),
        (len(after.other_emails), rules.MAX_MERGED, "further addresses"),
    ):
        if holds > most:
            raise ValidationFailed.at(
                "/loser_ids", f"Together they have {holds:,} {what}, and one may have {most:,}"
            )
