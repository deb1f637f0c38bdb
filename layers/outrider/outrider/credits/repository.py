"""DynamoDB keys, expressions and items of the credit ledger.

The balance is `<workspace>` / `#`, an entry `<workspace>` / `<operation id>`. The index
`by_created` sorts a workspace's entries by creation time; the index `by_due` has the holds of all
workspaces by expiry time and the balances by reset time.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.access.errors import OrgNotFound
from outrider.access.models import Workspace, WorkspaceId
from outrider.access.repository import WorkspaceRepository
from outrider.credits.models import Balance, LedgerEntry
from outrider.kit import outbox
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    batch_get,
    transact,
)
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event

BALANCE = "#"
DUE_SHARDS = 8
_FREE = "attribute_not_exists(#pk)"
_BEGINNING, _END = "0", "9"
_TAKE = (
    "SET #available = #available - :amount, #held = #held + :amount,"
    " #above_low = #above_low - :amount"
)


class HeldBefore(Exception):
    """Raised when the ledger already has an entry of this operation."""

    def __init__(self, entry: LedgerEntry) -> None:
        super().__init__(entry.id)
        self.entry = entry


class BalanceRefused(Exception):
    """Raised when the balance is missing or fails the condition check of a hold."""

    def __init__(self, balance: Balance | None) -> None:
        super().__init__("the balance failed the condition check of the hold")
        self.balance = balance


@dataclass(frozen=True, slots=True)
class CreditRepository:
    """Balance and ledger of one workspace."""

    table: Table
    workspaces: WorkspaceRepository
    workspace: WorkspaceId

    def balance(self) -> tuple[Workspace, Balance | None]:
        """Return the workspace, whose plan sets the monthly credits, and its balance, in one read.
        Raises OrgNotFound."""
        keys, pk, sk = self.workspaces.key(self.workspace.public)
        found = batch_get([(keys, pk, sk), (self.table, self.workspace, BALANCE)])
        if (keys.name, pk, sk) not in found:
            raise OrgNotFound
        workspace = Workspace.model_validate(found[keys.name, pk, sk])
        return workspace, _balance(found.get((self.table.name, self.workspace, BALANCE)))

    def entry(self, operation: str) -> tuple[LedgerEntry | None, Balance | None]:
        """Return an entry and the balance, in one read."""
        found = batch_get([(self.table, self.workspace, sk) for sk in (operation, BALANCE)])
        entry = found.get((self.table.name, self.workspace, operation))
        balance = _balance(found.get((self.table.name, self.workspace, BALANCE)))
        return (LedgerEntry.model_validate(entry) if entry else None), balance

    def list(
        self,
        wanted: dict[str, str],
        since: str | None,
        until: str | None,
        limit: int,
        after: Item | None,
    ) -> tuple[Sequence[LedgerEntry], Item | None]:
        """Return a page of entries, newest first, and the key after which the next page begins.

        `wanted` filters by attribute values; `since` is inclusive, `until` exclusive.
        """
        page = self.table.page(
            Query(
                self.workspace,
                "#by_created_sk BETWEEN :since AND :until",
                {"since": since or _BEGINNING, "until": until or _END, **wanted},
                index="by_created",
                filter=" AND ".join(f"#{name} = :{name}" for name in wanted),
                newest_first=True,
                after=after,
            ),
            limit,
        )
        return [LedgerEntry.model_validate(item) for item in page.items], page.last_key

    def hold_nothing(self, entry: LedgerEntry) -> LedgerEntry:
        """Add an entry that holds no credits. Return it, or the operation's existing entry."""
        try:
            self.table.write(self._put_action(entry))
        except ConditionFailed as taken:
            return LedgerEntry.model_validate(taken.item)
        return entry

    def hold(self, entry: LedgerEntry, take: Action) -> None:
        """Add the entry and reserve its credits in one transaction; `take` is the `take_action` or
        `take_from_action`. Raises HeldBefore and BalanceRefused."""
        try:
            transact(self._put_action(entry), take)
        except TransactionFailed as failure:
            put, balance = failure.reasons
            if put.failed and put.item:
                raise HeldBefore(LedgerEntry.model_validate(put.item)) from failure
            raise BalanceRefused(_balance(balance.item)) from failure

    def take_action(self, amount: int, now: str) -> Action:
        """Return the update that moves credits from available to held, on the condition that no
        event has to be published for it (the balance does not become low or depleted)."""
        return self.table.update_action(
            self.workspace,
            BALANCE,
            f"{_TAKE} REMOVE #_events",
            "#started_at <= :now AND #resets_at > :now AND (#above_low > :amount"
            " OR (#low_told = :true AND #available > :amount)"
            " OR (#depleted_told = :true AND #available >= :amount))",
            amount=amount,
            now=now,
            true=True,
        )

    def take_from_action(self, seen: Balance, amount: int, events: Sequence[Event]) -> Action:
        """Return the update that moves credits from available to held and publishes `events`, with
        an optimistic lock on the balance as `seen`."""
        flags = {
            "low_told": seen.low_told or seen.tells_low(amount),
            "depleted_told": seen.depleted_told or seen.tells_depleted(amount),
        }
        return self.table.update_action(
            self.workspace,
            BALANCE,
            f"{_TAKE}, #low_told = :low_told, #depleted_told = :depleted_told, #_events = :events",
            "#available = :available AND #resets_at = :resets_at"
            " AND #low_told = :low_was AND #depleted_told = :depleted_was",
            amount=amount,
            available=seen.available,
            resets_at=seen.resets_at,
            low_was=seen.low_told,
            depleted_was=seen.depleted_told,
            events=outbox.pack(events),
            **flags,
        )

    def settle(self, entry: LedgerEntry, *, in_period: bool, also: Sequence[Action]) -> None:
        """Write the outcome of a held entry; with `in_period`, also move its credits in the
        balance.

        Raises Stale if the entry was settled meanwhile or a new billing period began, and
        TransactionFailed if a condition of `also` fails.
        """
        own = [self._settle_action(entry)]
        if in_period:
            own.append(self._return_action(entry))
        try:
            transact(*own, *also)
        except TransactionFailed as failure:
            if any(reason.failed for reason in failure.reasons[: len(own)]):
                raise Stale from failure
            raise

    def begin_period(
        self, new: Balance, seen: Balance | None, entry: LedgerEntry, events: Sequence[Event]
    ) -> None:
        """Replace the balance `seen` by that of a new billing period and add the period's `reset`
        entry. Raises Stale if another worker did so first."""
        item = {
            **new.model_dump(),
            **self._due(new.resets_at),
            "pk": self.workspace,
            "sk": BALANCE,
            **outbox.attribute(events),
        }
        put = (
            self.table.put_action(item, "#resets_at = :seen", seen=seen.resets_at)
            if seen
            else self.table.put_action(item, _FREE)
        )
        try:
            transact(put, self._put_action(entry))
        except TransactionFailed as failure:
            raise Stale from failure

    def _put_action(self, entry: LedgerEntry) -> Action:
        item: dict[str, Any] = {
            **entry.model_dump(exclude_none=True, exclude={"object"}),
            "pk": self.workspace,
            "sk": entry.id,
            "by_created_pk": self.workspace,
            "by_created_sk": f"{entry.created_at}#{entry.id}",
        }
        if entry.expires_at:
            item |= self._due(entry.expires_at)
        return self.table.put_action(item, _FREE)

    def _settle_action(self, entry: LedgerEntry) -> Action:
        return self.table.update_action(
            self.workspace,
            entry.id,
            "SET #status = :status, #amount = :amount, #settled_at = :at"
            " REMOVE #by_due_pk, #by_due_sk",
            "#status = :held",
            status=entry.status,
            amount=entry.amount,
            at=entry.settled_at,
            held="held",
        )

    def _return_action(self, entry: LedgerEntry) -> Action:
        return self.table.update_action(
            self.workspace,
            BALANCE,
            "SET #held = #held - :held, #spent = #spent + :amount,"
            " #available = #available + :left, #above_low = #above_low + :left REMOVE #_events",
            "#started_at <= :created_at",
            held=entry.held,
            amount=entry.amount,
            left=entry.held - entry.amount,
            created_at=entry.created_at,
        )

    def _due(self, at: str) -> dict[str, str]:
        shard = zlib.crc32(self.workspace.encode()) % DUE_SHARDS
        return {"by_due_pk": _due_pk(shard), "by_due_sk": at}


@dataclass(frozen=True, slots=True)
class DueCredits:
    """Expired holds and balances due for reset, of all workspaces."""

    table: Table

    def until(self, moment: str) -> Iterator[tuple[WorkspaceId, str | None]]:
        """Yield the workspace and operation of each hold due by `moment`, and the workspace and
        None for each balance due.

        The index is read page by page and is eventually consistent: an item that was just settled
        or reset may still be among them.
        """
        for shard in range(DUE_SHARDS):
            due = Query(_due_pk(shard), "#by_due_sk <= :until", {"until": moment}, index="by_due")
            for item in self.table.every(due):
                operation = None if item["sk"] == BALANCE else item["sk"]
                yield WorkspaceId(item["pk"]), operation


def _balance(item: Item | None) -> Balance | None:
    return Balance.model_validate(item) if item else None


def _due_pk(shard: int) -> str:
    return f"due#{shard}"
