"""Spending of credits: they are held before the work and posted or released after it.

entry = credits.hold(run_id, "research", price("research"))
…
credits.post(run_id, entry.held)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.access.models import Caller, Workspace
from outrider.access.plans import plan_of
from outrider.credits.errors import InsufficientCredits
from outrider.credits.models import PRICES, Balance, Kind, LedgerEntry
from outrider.credits.repository import BalanceRefused, CreditRepository, HeldBefore
from outrider.credits.schemas import Credits, LedgerQuery
from outrider.credits.usage.repository import UsageRepository
from outrider.kit import clock, ids
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action
from outrider.kit.errors import Contended, Stale
from outrider.kit.http.pagination import Page, Sealer
from outrider.kit.outbox import Event

_ATTEMPTS = 16
"""More than of other writes: all operations of a workspace change one balance."""
_USED, _REMAINING = "X-Credits-Used", "X-Credits-Remaining"


@dataclass(frozen=True, slots=True)
class CreditService:
    """Credits of one workspace. In test mode every operation costs 0."""

    caller: Caller
    ledger: CreditRepository
    usage: UsageRepository
    charged_actions: Callable[[int], Sequence[Action]] = lambda _: ()
    """Returns further writes for the transaction that charges credits, such as a count of them."""

    def show(self) -> Credits:
        """Return the balance of the current billing period. Raises OrgNotFound."""
        workspace, balance = self.ledger.balance()
        running = self._running(workspace, balance)
        return Credits(**running.model_dump(), plan=workspace.plan, prices=PRICES)

    def list(self, query: LedgerQuery) -> Page[LedgerEntry]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/credits")
        wanted = query.model_dump(include={"kind", "status"}, exclude_none=True)
        entries, place = self.ledger.list(
            wanted, query.since, query.until, query.limit, sealer.after(query)
        )
        return sealer.page(query, entries, place)

    def hold(self, operation: str, kind: Kind, amount: int) -> LedgerEntry:
        """Reserve `amount` credits for an operation before its work begins.

        `operation` is the caller's own id (`kit.ids`) and serves as the idempotency key: when the
        same work is started again, it gets the same entry. Do the work only while the entry's
        `status` is `held`: `posted` means that it was done before, `void` that the hold expired or
        was released.

        Raises InsufficientCredits if the balance is too low, ValueError if `amount` is negative,
        and Contended after too many lost optimistic locks.
        """
        entry = LedgerEntry.hold(operation, kind, self._charged(amount), clock.timestamp())
        if not entry.held:
            return self.ledger.hold_nothing(entry)
        take = self.ledger.take_action(entry.held, entry.created_at)
        for _ in attempts(_ATTEMPTS):
            try:
                self.ledger.hold(entry, take)
            except HeldBefore as before:
                return before.entry
            except BalanceRefused as refusal:
                balance = self._usable(refusal.balance)
                if balance.available < entry.held:
                    raise InsufficientCredits(
                        needed=entry.held,
                        available=balance.available,
                        resets_at=balance.resets_at,
                    ) from refusal
                made_at = max(clock.timestamp(), balance.started_at)
                if made_at >= balance.resets_at:  # the period ended after the balance was read
                    continue
                entry = LedgerEntry.hold(operation, kind, entry.held, made_at)
                take = self.ledger.take_from_action(
                    balance, entry.held, self._threshold_events(balance, entry.held)
                )
            else:
                return entry
        raise _contended()

    def post(self, operation: str, amount: int, also: Sequence[Action] = ()) -> LedgerEntry:
        """Charge `amount` credits, at most those held for the operation, and release the rest.

        `also` are writes of the same transaction. If the operation was already settled, nothing is
        written and its entry is returned unchanged: check its `status`. Sets the response headers
        `X-Credits-Used` and `X-Credits-Remaining`.

        Raises LookupError if nothing was held, ValueError if `amount` is negative or exceeds the
        hold, TransactionFailed if a condition of `also` fails, and Contended after too many lost
        optimistic locks.
        """
        entry = self._settle(operation, self._charged(amount), also)
        if entry is None:
            raise LookupError(f"nothing was held for {operation}")
        return entry

    def void(self, operation: str, also: Sequence[Action] = ()) -> LedgerEntry | None:
        """Release the credits held for an operation, and return its entry, or None if there is
        none.

        `also` and an operation that was already settled: as in `post`. Raises TransactionFailed if
        a condition of `also` fails, and Contended after too many lost optimistic locks.
        """
        return self._settle(operation, None, also)

    def tell(self, remaining: int) -> None:
        """Set the response headers of a request that has cost nothing so far."""
        self.caller.headers.update({_USED: "0", _REMAINING: str(remaining)})

    def took_nothing(self) -> None:
        """Set the response header `X-Credits-Used` to 0 on a request that could have cost
        credits."""
        self.caller.headers.setdefault(_USED, "0")

    def reset(self) -> None:
        """Begin the current billing period unless it has begun. Raises Contended after too many
        lost optimistic locks."""
        self._usable(None)

    def _settle(
        self, operation: str, amount: int | None, also: Sequence[Action]
    ) -> LedgerEntry | None:
        for _ in attempts(_ATTEMPTS):
            entry, balance = self.ledger.entry(operation)
            if entry is None or entry.status != "held":
                return entry
            settled = entry.settled(amount, clock.timestamp())
            in_period = bool(entry.held and balance and balance.counts(entry))
            try:
                self.ledger.settle(
                    settled, in_period=in_period, also=[*self._count_actions(settled), *also]
                )
            except Stale:
                continue
            self._set_headers(settled, balance, in_period=in_period)
            return settled
        raise _contended()

    def _set_headers(
        self, settled: LedgerEntry, balance: Balance | None, *, in_period: bool
    ) -> None:
        """Set the response headers with the credits charged by this request so far and those
        left."""
        used = int(self.caller.headers.get(_USED, 0)) + settled.amount
        remaining = plan_of(self.caller.plan).monthly_credits
        if balance and not balance.is_over(clock.now()):
            given_back = settled.held - settled.amount if in_period else 0
            remaining = balance.available + given_back
        self.caller.headers.update({_USED: str(used), _REMAINING: str(remaining)})

    def _count_actions(self, entry: LedgerEntry) -> Sequence[Action]:
        if not entry.amount:
            return []
        counted = self.usage.add_action(clock.now().date(), {f"credits_{entry.kind}": entry.amount})
        return [counted, *self.charged_actions(entry.amount)]

    def _usable(self, seen: Balance | None) -> Balance:
        """Return `seen` if its billing period is current, else the balance of the current period,
        which is created if needed."""
        if seen and not seen.is_over(clock.now()):
            return seen
        for _ in attempts(_ATTEMPTS):
            workspace, balance = self.ledger.balance()
            running = self._running(workspace, balance)
            if running is balance:
                return balance
            entry_id = ids.derived("rst", self.caller.workspace, running.started_at)
            entry = LedgerEntry.reset(entry_id, running.granted, clock.timestamp())
            events = [self._event("credits.reset", running)] if balance else []
            try:
                self.ledger.begin_period(running, balance, entry, events)
            except Stale:
                continue
            return running
        raise _contended()

    def _running(self, workspace: Workspace, balance: Balance | None) -> Balance:
        """Return the current period's balance: `balance` itself, or the new one that replaces
        it."""
        now = clock.now()
        if balance and not balance.is_over(now):
            return balance
        billing_day = clock.from_text(workspace.created_at).day
        return Balance.granting(plan_of(workspace.plan).monthly_credits, billing_day, now)

    def _threshold_events(self, balance: Balance, taken: int) -> Sequence[Event]:
        """Return the events `credits.low` and `credits.depleted` that holding `taken` credits
        triggers."""
        after = balance.model_copy(update={"available": balance.available - taken})
        names = {
            "credits.low": balance.tells_low(taken),
            "credits.depleted": balance.tells_depleted(taken),
        }
        return [self._event(name, after) for name, reached in names.items() if reached]

    def _event(self, name: str, balance: Balance) -> Event:
        return self.caller.event(
            name,
            identity=balance.started_at,
            granted=balance.granted,
            available=balance.available,
            resets_at=balance.resets_at,
        )

    def _charged(self, amount: int) -> int:
        if amount < 0:
            raise ValueError("an operation costs 0 credits or more")
        return amount if self.caller.workspace.mode == "live" else 0


def _contended() -> Contended:
    return Contended("Too many operations spend credits at once")
