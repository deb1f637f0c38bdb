"""Exact counters, updated in the same transaction as the change that they count."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, Table

SHARDS = 8


@dataclass(frozen=True, slots=True)
class Counters:
    """The counters of one partition key, sharded so that concurrent transactions rarely conflict:
    each of its items `count#<shard>` holds a part of every counter."""

    table: Table
    pk: str

    def add_action(self, **by: int) -> Action:
        """Return the write that adds to the counters, for a transaction."""
        return self.table.update_action(self.pk, _sk(secrets.randbelow(SHARDS)), changes(add=by))

    def keys(self) -> list[tuple[Table, str, str]]:
        """Return the keys of all shards, for `batch_get`."""
        return [(self.table, self.pk, _sk(shard)) for shard in range(SHARDS)]

    def check_unchanged_actions(self, shards: Iterable[Item], names: Sequence[str]) -> list[Action]:
        """Return the condition checks that the counters `names` still have the values read in
        `shards`."""
        seen = {shard["sk"]: shard for shard in shards}
        return [self._check_unchanged_action(sk, seen.get(sk), names) for _, _, sk in self.keys()]

    def remove_unchanged_actions(
        self, shards: Iterable[Item], names: Sequence[str]
    ) -> list[Action]:
        """Return the deletes of all shards, with the condition that the counters `names` still have
        the values read in `shards`."""
        seen = {shard["sk"]: shard for shard in shards}
        conditions = {sk: _unchanged(seen.get(sk), names) for _, _, sk in self.keys()}
        return [
            self.table.delete_action(self.pk, sk, condition, **values)
            for sk, (condition, values) in conditions.items()
        ]

    def _check_unchanged_action(self, sk: str, seen: Item | None, names: Sequence[str]) -> Action:
        condition, values = _unchanged(seen, names)
        return self.table.check_action(self.pk, sk, condition, **values)


@dataclass(frozen=True, slots=True)
class BoundedCounter:
    """A counter that never exceeds `most`: item `pk` / `name`, attribute `name`. It is not sharded,
    because its condition needs the whole count."""

    table: Table
    pk: str
    name: str
    most: int

    def add_action(self) -> Action:
        """Return the write that adds one; its condition fails if there are `most` already."""
        return self.table.update_action(
            self.pk,
            self.name,
            f"ADD #{self.name} :one",
            f"attribute_not_exists(#{self.name}) OR #{self.name} < :most",
            one=1,
            most=self.most,
        )

    def remove_action(self) -> Action:
        """Return the write that subtracts one."""
        return self.table.update_action(self.pk, self.name, f"ADD #{self.name} :minus", minus=-1)


def total(shards: Iterable[Item], name: str) -> int:
    """Return the value of a counter: the sum over its shards."""
    return sum(int(shard.get(name, 0)) for shard in shards)


def _unchanged(seen: Item | None, names: Sequence[str]) -> tuple[str, Item]:
    """Return the condition that a shard is as it was read, or still absent, and its values."""
    if seen is None:
        return "attribute_not_exists(#pk)", {}
    stored = {name: seen[name] for name in names if name in seen}
    conditions = [
        f"#{name} = :{name}" if name in stored else f"attribute_not_exists(#{name})"
        for name in names
    ]
    return " AND ".join(conditions), stored


def _sk(shard: int) -> str:
    return f"count#{shard}"
