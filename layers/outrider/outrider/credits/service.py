"""Spending credits: they are held before the work, and posted or given back after it.

entry = credits.hold(run_id, "research", price("research"))
…
credits.post(run_id, entry.held)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import Caller, Workspace
from outrider.access.plans import PLANS
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
_USED, _REMAINING = "X-Credits-Used", "X-Credits-Remaining"


@dataclass(frozen=True, slots=True)
class CreditService:
    """The credits of one workspace. In the sandbox everything costs 0."""

    caller: Caller
    ledger: CreditRepository
    usage: UsageRepository

    def show(self) -> Credits:
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
        """Put `amount` credits aside for an operation, before its work.

        `operation` is an id of the caller's (`kit.ids`), the same whenever the same work begins
        again: holding twice is the same as once. Work only while the entry's `status` is `held`:
        `posted` was done before, `void` has expired or was given back.

        Raises InsufficientCredits.
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
                if made_at >= balance.resets_at:  # its period ended since it was looked at
                    continue
                entry = LedgerEntry.hold(operation, kind, entry.held, made_at)
                take = self.ledger.take_from_action(
                    balance, entry.held, self._told(balance, entry.held)
                )
            else:
                return entry
        raise _contended()

    def post(self, operation: str, amount: int, also: Sequence[Action] = ()) -> LedgerEntry:
        """Charge an operation `amount` credits, at most what it holds, and give the rest back.

        `also` are writes that go with it: all of it is done, or nothing. An operation that was
        settled before stays as it is, and nothing is written: the entry's `status` tells. The
        answer to the caller's request gets `X-Credits-Used` and `X-Credits-Remaining`.

        Raises LookupError when nothing was held, ValueError for more than was held, and
        TransactionFailed when a condition of `also` does not hold.
        """
        entry = self._settle(operation, self._charged(amount), also)
        if entry is None:
            raise LookupError(f"nothing was held for {operation}")
        return entry

    def void(self, operation: str, also: Sequence[Action] = ()) -> LedgerEntry | None:
        """Give back what an operation holds; `also` as in `post`. One that was settled before stays
        as it is."""
        return self._settle(operation, None, also)

    def took_nothing(self) -> None:
        """Say on the answer that a call which may cost credits did not."""
        self.caller.headers.setdefault(_USED, "0")

    def reset(self) -> None:
        """Begin the period whose beginning has come, unless somebody did."""
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
            self._tell(settled, balance, in_period=in_period)
            return settled
        raise _contended()

    def _tell(self, settled: LedgerEntry, balance: Balance | None, *, in_period: bool) -> None:
        """On the answer to the caller's request: what it was charged so far, and what is left."""
        used = int(self.caller.headers.get(_USED, 0)) + settled.amount
        remaining = PLANS[self.caller.plan].monthly_credits
        if balance and not balance.is_over(clock.now()):
            given_back = settled.held - settled.amount if in_period else 0
            remaining = balance.available + given_back
        self.caller.headers.update({_USED: str(used), _REMAINING: str(remaining)})

    def _count_actions(self, entry: LedgerEntry) -> Sequence[Action]:
        if not entry.amount:
            return []
        return [self.usage.add_action(clock.now().date(), {f"credits_{entry.kind}": entry.amount})]

    def _usable(self, seen: Balance | None) -> Balance:
        """`seen` while its period runs, else the balance of the running period, begun here if
        nobody has."""
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
        """The balance of the running period: `balance`, or what it is replaced by."""
        now = clock.now()
        if balance and not balance.is_over(now):
            return balance
        billing_day = clock.from_text(workspace.created_at).day
        return Balance.granting(PLANS[workspace.plan].monthly_credits, billing_day, now)

    def _told(self, balance: Balance, taken: int) -> Sequence[Event]:
        """The events of taking credits from a balance."""
        after = balance.model_copy(update={"available": balance.available - taken})
        names = {
            "credits.low": balance.tells_low(taken),
            "credits.depleted": balance.tells_depleted(taken),
        }
        return [self._event(name, after) for name, told in names.items() if told]

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
