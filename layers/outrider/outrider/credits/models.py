"""The balance of a workspace, the entries of its ledger, and what costs how much."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from outrider.credits.billing import last_reset, next_reset
from outrider.kit import clock

Kind = Literal["chat", "research", "qualify", "email_verification"]
Status = Literal["held", "posted", "void"]

PRICES: Mapping[Kind, Mapping[str, int]] = {
    "chat": {"standard": 1, "advanced": 2},
    "research": {"standard": 1},
    "qualify": {"standard": 1, "rules": 0},
    "email_verification": {"standard": 0},
}
"""Credits for one, by tier: a chat's model is standard or advanced, a lead is qualified by a model
or by rules alone. What is not here costs nothing."""

HOLD_LASTS = timedelta(minutes=15)
_LOW = 10
"""A balance is low at a tenth of what was granted."""


def price(kind: Kind, tier: str = "standard") -> int:
    return PRICES[kind][tier]


class Balance(BaseModel):
    """What a workspace has in the period from `started_at` to `resets_at`.

    Always `granted` = `available` + `held` + `spent`, and nothing is below zero. `above_low` is how
    much can be held before the balance is low.
    """

    model_config = ConfigDict(frozen=True)

    granted: int
    available: int
    held: int
    spent: int
    above_low: int
    started_at: str
    resets_at: str
    low_told: bool = False
    depleted_told: bool = False

    @classmethod
    def granting(cls, granted: int, billing_day: int, now: datetime) -> Self:
        """The untouched balance of the period that `now` is in."""
        return cls(
            granted=granted,
            available=granted,
            held=0,
            spent=0,
            above_low=granted - granted // _LOW,
            started_at=clock.to_text(last_reset(billing_day, now)),
            resets_at=clock.to_text(next_reset(billing_day, now)),
        )

    def is_over(self, now: datetime) -> bool:
        return clock.to_text(now) >= self.resets_at

    def counts(self, entry: "LedgerEntry") -> bool:
        """Whether the entry was held in this period, and so in this balance."""
        return entry.created_at >= self.started_at

    def tells_low(self, taken: int) -> bool:
        """Whether holding `taken` makes it low for the first time in the period."""
        return not self.low_told and self.above_low <= taken

    def tells_depleted(self, taken: int) -> bool:
        return not self.depleted_told and self.available == taken


class LedgerEntry(BaseModel):
    """One operation in the ledger, by its id: it is held once and settled once.

    `held` is what was put aside, `amount` what it took in the end: 0 unless it is posted. The
    beginning of a period stands in the ledger as a posted `reset`, whose amount was granted.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["ledger_entry"] = "ledger_entry"
    kind: Kind | Literal["reset"]
    status: Status
    held: int
    amount: int
    created_at: str
    expires_at: str | None = None
    """From then on a hold may be voided by itself."""
    settled_at: str | None = None

    @classmethod
    def hold(cls, operation: str, kind: Kind, held: int, created_at: str) -> Self:
        return cls(
            id=operation,
            kind=kind,
            status="held",
            held=held,
            amount=0,
            created_at=created_at,
            expires_at=clock.to_text(clock.from_text(created_at) + HOLD_LASTS),
        )

    @classmethod
    def reset(cls, entry_id: str, granted: int, now: str) -> Self:
        return cls(
            id=entry_id,
            kind="reset",
            status="posted",
            held=0,
            amount=granted,
            created_at=now,
            settled_at=now,
        )

    def settled(self, amount: int | None, at: str) -> Self:
        """Posted with `amount`, or void without one. Raises ValueError for more than is held."""
        if amount is not None and amount > self.held:
            raise ValueError(f"{self.id} holds {self.held} credits, and {amount} were posted")
        return self.model_copy(
            update={
                "status": "void" if amount is None else "posted",
                "amount": amount or 0,
                "settled_at": at,
            }
        )
