"""How an address comes to be a workspace's own when a mailbox is added, and when that ends."""

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
    """`first_comes` settles for no other workspace having added an address before."""

    ownerships: OwnershipRepository
    first_comes: bool

    def of_new(self, email: str) -> Iterator[tuple[Proof | None, Sequence[Action]]]:
        """How a new mailbox may begin, best first: its proof, and the writes that hold only while
        that is true, which raise OwnershipLost otherwise. The last always holds."""
        if proof := self.ownerships.proof_for(email):
            standing = self.ownerships.check_standing_action(proof)
            yield proof.by, [standing, self.ownerships.own_action(email, proof.by)]
        elif self.first_comes:
            yield "first", [self.ownerships.claim_action(email)]
        yield None, []

    def end_action(self, email: str) -> Action:
        """The proof of an address ends with its mailbox; that of its domain stays."""
        return self.ownerships.forget_action(email)


class Lapse(NamedTuple):
    """Why a mailbox is no longer verified, and the writes that belong to that."""

    why: str
    writes: Sequence[Action] = ()


@dataclass(frozen=True, slots=True)
class Lapses:
    """Looks again at what has proved an address. `dns` begins a span of time."""

    caller: Caller
    ownerships: OwnershipRepository
    dns: Callable[[], Dns]

    def of(self, mailbox: Mailbox) -> Lapse | None:
        """Return what ended the proof of a verified mailbox; None while it stands, and where DNS
        does not answer. Test keys ask nobody."""
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
