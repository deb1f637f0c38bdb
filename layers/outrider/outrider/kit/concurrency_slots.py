"""Places in an item that only so many may hold at once, such as requests under way to one endpoint.

They are the map `in_flight`: who holds a place, and when it ends by itself, in epoch milliseconds,
should its worker die. Taking one is a conditional write, so no more than allowed are ever held.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from outrider.kit import clock

Place = int
"""The end of a place, in epoch milliseconds."""

_SPREAD = 1_000
"""Milliseconds by which ends differ: by its end a worker knows its own place."""


def ending_in(lease: timedelta) -> Place:
    """A place that ends by itself after `lease`."""
    return clock.to_epoch_ms(clock.now() + lease) + secrets.randbelow(_SPREAD)


def taken(holder: str) -> tuple[str, str]:
    """The expression that takes the place `:place` for `holder`, and its condition: fewer than
    `:most` are held, none by `holder`. The item has to be there."""
    name = _name(holder)
    return (
        f"SET {name} = :place",
        f"attribute_exists(#pk) AND size(#in_flight) < :most AND attribute_not_exists({name})",
    )


def given_back(held: Mapping[str, Place]) -> tuple[str, str, dict[str, Any]]:
    """The expression that gives places back, its condition, that each is still held so, and the
    values of both."""
    names = [_name(holder) for holder in held]
    values = {f"end{number}": end for number, end in enumerate(held.values())}
    pairs = zip(names, values, strict=True)
    condition = " AND ".join(f"{name} = :{value}" for name, value in pairs)
    return f"REMOVE {', '.join(names)}", condition, values


def over(held: Mapping[str, Place]) -> dict[str, Place]:
    """The places that workers died with."""
    now = clock.epoch_ms()
    return {holder: end for holder, end in held.items() if end < now}


def _name(holder: str) -> str:
    return f"#in_flight.#{holder}"
