"""Update expressions of DynamoDB."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Changes:
    """An update expression, and the values that it names."""

    expression: str
    values: Mapping[str, Any]


def changes(
    *,
    set: Mapping[str, Any] | None = None,
    keep: Mapping[str, Any] | None = None,
    add: Mapping[str, int] | None = None,
    remove: Iterable[str] = (),
) -> Changes:
    """Return the update that sets attributes, or removes those that are None; sets those of `keep`
    only where the item has none; adds to numbers; and removes attributes.

    Each value is named after its attribute (`:status` is that of `status`), for conditions too.
    """
    set, keep = set or {}, keep or {}
    add = {name: number for name, number in (add or {}).items() if number}
    given = {name: value for name, value in set.items() if value is not None}
    clauses = {
        "SET": [
            *(f"#{name} = :{name}" for name in given),
            *(f"#{name} = if_not_exists(#{name}, :{name})" for name in keep),
        ],
        "REMOVE": [f"#{name}" for name in (*remove, *(set.keys() - given.keys()))],
        "ADD": [f"#{name} :{name}" for name in add],
    }
    written = [f"{clause} {', '.join(parts)}" for clause, parts in clauses.items() if parts]
    return Changes(" ".join(written), {**given, **keep, **add})
