"""Verification of a contact's address."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.models import Contact, Verification
from outrider.contacts.repository import ContactRepository
from outrider.contacts.verification import rules
from outrider.contacts.verification.deliverability import Route
from outrider.kit import clock, ids
from outrider.kit.attempts import attempts
from outrider.kit.errors import Contended, Stale


@dataclass(frozen=True, slots=True)
class VerificationService:
    """Verification of contacts in one workspace. `look_up` asks DNS for the route to an address."""

    caller: Caller
    contacts: ContactRepository
    look_up: Callable[[str], Route]

    def verify(self, contact_id: str) -> Contact:
        """Verify the address of a contact, and return the contact with the result.

        Raises ContactNotFound, and Contended if the address changes meanwhile or the contact
        changes during every attempt.
        """
        checked = self.contacts.get(contact_id) if ids.is_id("con", contact_id) else None
        if checked is None:
            raise ContactNotFound
        verification = self._check(checked.email)
        changes = {
            "verified": verification.verdict == "valid",
            "verification": verification.model_dump(),
        }
        verified = self.caller.event(
            "contact.updated", contact_id=contact_id, changed=sorted(changes)
        )
        current: Contact | None = checked
        for _ in attempts():
            if current is None:
                raise ContactNotFound
            if current.email != checked.email:
                break
            after = current.changed(changes)
            try:
                self.contacts.change(
                    current, after, [verified], also=self.caller.keep_actions(after)
                )
            except Stale as moved:
                current = moved.current
            else:
                return after
        raise Contended("The contact changed while its address was checked")

    def _check(self, address: str) -> Verification:
        """Return the verification of an address. Test keys never query DNS: sandbox domains
        simulate a verdict, and other addresses are `unknown` unless they are invalid without
        DNS."""
        now = clock.timestamp()
        if self.caller.workspace.mode == "test":
            verdict = rules.simulated(address)
            if verdict is not None:
                return Verification(verdict=verdict, checked_at=now, reasons=["simulated"])
            reasons = [*rules.suspicions(address), "dns_not_asked"]
        else:
            reasons = rules.suspicions(address)
            if "reserved_domain" not in reasons:
                reasons += rules.reasons_of(self.look_up(address))
        return Verification(verdict=rules.verdict_of(reasons), checked_at=now, reasons=reasons)
