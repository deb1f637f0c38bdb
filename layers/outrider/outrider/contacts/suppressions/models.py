"""Suppressions."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["address", "domain"]
GivenReason = Literal["unsubscribed", "complained", "bounced", "manual", "imported"]
Reason = GivenReason | Literal["erased"]


class Suppression(BaseModel):
    """An address, or a domain with every address at it (its subdomains are others).

    One whose reason is `erased` does not say which address it suppresses: its id is a hash of it.
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
        """Whether the person, not only this address of theirs, must not be written to.

        A bounce says something about an address alone, and most that is said of a domain about
        the others there. Whoever put an address on a list by hand may have been asked to.
        """
        if self.kind == "domain":
            return self.reason in ("unsubscribed", "complained")
        return self.reason != "bounced"

    def names(self) -> dict[str, str]:
        """What an event about it names."""
        return {"suppression_id": self.id, "kind": self.kind, "reason": self.reason}
