"""Ownership of an address when a mailbox is added, and its lapse later."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from outrider.access.models import Caller
from outrider.kit.aws.dynamodb import Action
from outrider.kit.text.addresses import domain_of
from outrider.mailboxes.checks.dns import Dns, Unanswered
from outrider.mailboxes.models import Mailbox, Proof
from outrider.mailboxes.ownership.models import record_of
from outrider.mailboxes.ownership.proofs import is_published
from outrider.mailboxes.ownership.repository import OwnershipRepository


@dataclass(frozen=True, slots=True)
class AddressClaims:
    """Initial ownership of new mailboxes. With `first_comes`, an address that no other workspace
    has added counts as owned without proof."""

    ownerships: OwnershipRepository
    first_comes: bool

    def of_new(self, email: str) -> Iterator[tuple[Proof | None, Sequence[Action]]]:
        """Yield the verification states that a new mailbox may start with, best first: the proof
        (None if unverified) and the condition checks and writes for its transaction. If they raise
        OwnershipLost, try the next; the last one, unverified, always succeeds."""
        if proof := self.ownerships.proof_for(email):
            standing = self.ownerships.check_standing_action(proof)
            yield proof.by, [standing, self.ownerships.own_action(email, proof.by)]
        elif self.first_comes:
            yield "first", [self.ownerships.claim_action(email)]
        yield None, []

    def end_action(self, email: str) -> Action:
        """Return the write that deletes the proof of an address with its mailbox; a proof of its
        domain stays."""
        return self.ownerships.forget_action(email)


class Lapse(NamedTuple):
    """Reason why a mailbox is no longer verified, and the writes that record it."""

    why: str
    writes: Sequence[Action] = ()


@dataclass(frozen=True, slots=True)
class Lapses:
    """Re-checks of the proof of a verified address. `dns` starts a time budget for lookups."""

    caller: Caller
    ownerships: OwnershipRepository
    dns: Callable[[], Dns]

    def of(self, mailbox: Mailbox) -> Lapse | None:
        """Return why the proof of a verified mailbox no longer holds; None if it holds, if DNS does
        not answer, or for test keys, which make no lookups."""
        if mailbox.verified_by == "first" and not self.ownerships.has_claim(mailbox.email):
            return Lapse("Another workspace has proved that the address is its own")
        if mailbox.verified_by != "dns" or self.caller.workspace.mode == "test":
            return None
        domain = domain_of(mailbox.email)
        record = record_of(domain, self.caller.seal)
        try:
            if is_published(self.dns(), record):
                return None
        except Unanswered:
            return None
        return Lapse(
            f"The TXT record {record.name}, which proved that the domain is yours, is gone",
            [self.ownerships.forget_action(domain)],
        )
