"""Suppression entity."""

from typing import Literal

from pydantic import ConfigDict

from outrider.kit.models import Model

Kind = Literal["address", "domain"]
GivenReason = Literal["unsubscribed", "complained", "bounced", "manual", "imported"]
Reason = GivenReason | Literal["erased"]


class Suppression(Model):
    """A suppressed address, or a suppressed domain with every address at it but not at its
    subdomains.

    One whose reason is `erased` does not contain the address: its id is a hash of it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["suppression"] = "suppression"
    kind: Kind
    address: str | None = None
    domain: str | None = None
    reason: Reason
    evidence: str | None = None
    created_at: str

    @property
    def is_objection(self) -> bool:
        """Return whether the person must not be written to at any address, not only at this one.

        A bounce concerns one address only, and a suppressed domain concerns many people unless the
        reason is an unsubscribe or a complaint. An address added by hand may be there at the
        person's request, so it counts as an objection.
        """
        if self.kind == "domain":
            return self.reason in ("unsubscribed", "complained")
        return self.reason != "bounced"

    def names(self) -> dict[str, str]:
        """Return the data that identifies the suppression in an event."""
        return {"suppression_id": self.id, "kind": self.kind, "reason": self.reason}
