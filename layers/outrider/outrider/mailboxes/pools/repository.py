"""DynamoDB repository of mailbox pools: keys, expressions and items.

A pool is `<workspace>` / `pool_…` and counts its mailboxes. The default pool's item is created when
a mailbox first joins it or the pool is changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from outrider.access.models import WorkspaceId
from outrider.kit import outbox
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    transact,
)
from outrider.kit.counters import BoundedCounter
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event
from outrider.mailboxes.models import DEFAULT_POOL, Mailbox
from outrider.mailboxes.pools.errors import PoolFull, TooManyPools, unknown_pool
from outrider.mailboxes.pools.models import MAX_MAILBOXES, MAX_POOLS, Pool

_DEFAULT = Pool(id=DEFAULT_POOL, name="Default pool")


class PoolTaken(Exception):
    """A pool with this id already exists."""


@dataclass(frozen=True, slots=True)
class PoolRepository:
    """Pools of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add(self, pool: Pool, also: Sequence[Action] = ()) -> None:
        """Create the pool and count it, in one transaction with the writes of `also`.

        Raises PoolTaken, and TooManyPools.
        """
        if pool.id == DEFAULT_POOL:
            raise PoolTaken
        item = {**pool.model_dump(exclude_none=True), "pk": self.workspace, "sk": pool.id}
        put = self.table.put_action(item, "attribute_not_exists(#pk)").or_raise(PoolTaken())
        counted = self._counter.add_action().or_raise(TooManyPools(MAX_POOLS))
        transact(put, counted, *also)

    def all(self) -> tuple[list[Pool], list[Mailbox]]:
        """Return all pools by id, always including the default pool, and all mailboxes of the
        workspace. One query reads both: their sort keys are adjacent, and a workspace has tens of
        mailboxes."""
        pools: dict[str, Pool] = {DEFAULT_POOL: _DEFAULT}
        mailboxes: list[Mailbox] = []
        together = Query(
            self.workspace,
            "#sk BETWEEN :first AND :last",
            {"first": "mbx_", "last": "pool_~"},
            consistent=True,
        )
        for item in self.table.every(together):
            sort_key = str(item["sk"])
            if sort_key.startswith("mbx_"):
                mailboxes.append(Mailbox.model_validate(item))
            elif sort_key.startswith("pool_"):
                pools[sort_key] = _pool(item)
        return [pools[pool_id] for pool_id in sorted(pools)], mailboxes

    def exists(self, pool_id: str) -> bool:
        return pool_id == DEFAULT_POOL or self.table.get(self.workspace, pool_id) is not None

    def change(self, before: Pool, after: Pool, also: Sequence[Action] = ()) -> None:
        """Write name and version of the pool under optimistic lock, in one transaction with the
        writes of `also`. Raises Stale."""
        untouched = before.id == DEFAULT_POOL and before.version == 1
        unchanged = "attribute_not_exists(#version)" if untouched else "#version = :seen"
        action = self.table.update_action(
            self.workspace,
            after.id,
            "SET #name = :name, #updated_at = :updated_at, #version = :version REMOVE #_events",
            unchanged,
            name=after.name,
            updated_at=after.updated_at,
            version=after.version,
            **({} if untouched else {"seen": before.version}),
        )
        try:
            self.table.write(action, also)
        except ConditionFailed as failure:
            raise Stale from failure

    def remove(self, pool: Pool) -> None:
        """Delete the pool, on condition that it is unchanged and empty. Raises Stale, also if a
        mailbox has joined it meanwhile."""
        action = self.table.delete_action(
            self.workspace,
            pool.id,
            "#version = :seen AND (attribute_not_exists(#mailboxes) OR #mailboxes = :none)",
            seen=pool.version,
            none=0,
        )
        try:
            transact(action, self._counter.remove_action())
        except TransactionFailed as failure:
            raise Stale from failure

    def join_action(self, pool_id: str) -> Action:
        """Return the write that increments the pool's count of mailboxes. Raises ValidationFailed
        (the pool does not exist) or PoolFull in the transaction."""
        exists = "" if pool_id == DEFAULT_POOL else "attribute_exists(#pk) AND "
        action = self.table.update_action(
            self.workspace,
            pool_id,
            "REMOVE #_events ADD #mailboxes :one",
            f"{exists}(attribute_not_exists(#mailboxes) OR #mailboxes < :most)",
            one=1,
            most=MAX_MAILBOXES,
        )
        return replace(
            action,
            refused=lambda item: (
                PoolFull(pool_id, MAX_MAILBOXES) if item else unknown_pool(pool_id)
            ),
        )

    def check_exists_actions(
        self, pool_id: str, pointer: str = "/mailbox_pool"
    ) -> Sequence[Action]:
        """Return the condition check that the pool exists; none for the default pool. Raises
        ValidationFailed in the transaction, about the field at `pointer`."""
        if pool_id == DEFAULT_POOL:
            return ()
        check = self.table.check_action(self.workspace, pool_id, "attribute_exists(#pk)")
        return [check.or_raise(unknown_pool(pool_id, pointer))]

    def leave_action(self, pool_id: str, events: Sequence[Event] = ()) -> Action:
        """Return the write that decrements the pool's count of mailboxes, and publishes `events` if
        the mailbox is deleted."""
        outbox_change = "SET #_events = :events" if events else "REMOVE #_events"
        values = {"events": outbox.pack(events)} if events else {}
        leaves = f"{outbox_change} ADD #mailboxes :minus"
        return self.table.update_action(self.workspace, pool_id, leaves, minus=-1, **values)

    @property
    def _counter(self) -> BoundedCounter:
        return BoundedCounter(self.table, f"{self.workspace}#count", "pools", MAX_POOLS)


def _pool(item: Item) -> Pool:
    known = _DEFAULT.model_dump() if item["sk"] == DEFAULT_POOL else {}
    return Pool.model_validate({**known, **item})
