"""Models of the credit balance and the ledger, and the prices of metered work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import ConfigDict

from outrider.credits.billing import last_reset, next_reset
from outrider.kit import clock
from outrider.kit.models import Model

Kind = Literal["chat", "research", "qualify", "email_verification"]
Status = Literal["held", "posted", "void"]

PRICES: Mapping[Kind, Mapping[str, int]] = {
    "chat": {"standard": 1, "advanced": 2},
    "research": {"standard": 1},
    "qualify": {"standard": 1, "rules": 0},
    "email_verification": {"standard": 0},
}
"""Credits per operation, by kind and tier. The tier of a chat is that of its model; a lead is
qualified by a model (`standard`) or by rules alone. Work that is not listed is free."""

HOLD_LASTS = timedelta(minutes=15)
_LOW = 10
"""The balance is low at or below one tenth of the granted credits."""


def price(kind: Kind, tier: str = "standard") -> int:
    return PRICES[kind][tier]


class Balance(Model):
    """Credit balance of a workspace for the billing period from `started_at` to `resets_at`.

    Invariant: `granted` = `available` + `held` + `spent`, and none is negative. `above_low` is how
    many more credits can be held before the balance is low. `low_told` and `depleted_told` record
    that the event `credits.low` or `credits.depleted` was already published in this period.
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
        """Return the unspent balance of the billing period that contains `now`."""
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
        """Return whether the entry was held in this balance's billing period."""
        return entry.created_at >= self.started_at

    def tells_low(self, taken: int) -> bool:
        """Return whether holding `taken` credits makes the balance low for the first time in the
        period."""
        return not self.low_told and self.above_low <= taken

    def tells_depleted(self, taken: int) -> bool:
        return not self.depleted_told and self.available == taken


class LedgerEntry(Model):
    """An operation in the ledger, identified by the operation's id; it is held once and settled
    once.

    `held` is the number of credits reserved, `amount` the number charged: 0 unless the entry is
    posted. The start of a billing period is a posted entry of kind `reset`, with the granted
    credits as its amount.
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
    """When an unsettled hold may be voided automatically."""
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
        """Return the entry posted with `amount` credits, or void if `amount` is None. Raises
        ValueError if `amount` exceeds the held credits."""
        if amount is not None and amount > self.held:
            raise ValueError(f"{self.id} holds {self.held} credits, and {amount} were posted")
        return self.model_copy(
            update={
                "status": "void" if amount is None else "posted",
                "amount": amount or 0,
                "settled_at": at,
            }
        )
