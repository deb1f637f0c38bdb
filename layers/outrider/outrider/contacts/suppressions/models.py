"""Suppressions."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["address", "domain"]
Reason = Literal["unsubscribed", "complained", "bounced", "manual", "imported"]


class Suppression(BaseModel):
    """An address, or a domain with every address at it (its subdomains are others)."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Kind
    address: str | None = None
    domain: str | None = None
    reason: Reason
    evidence: str | None = None
    created_at: str
