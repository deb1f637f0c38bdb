"""Concurrency limit stored in a DynamoDB item, for example for requests in flight to one endpoint.

The map `in_flight` holds a slot for each current holder: its value is the end of the holder's
lease, in epoch milliseconds, after which the slot can be released if the worker has died. Slots are
acquired with a conditional write, so the limit is never exceeded.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from outrider.kit import clock

Place = int
"""End of a slot's lease, in epoch milliseconds."""

_SPREAD = 1_000
"""Milliseconds of random spread of the lease ends, so that a worker recognises its own slot by its
end."""


def ending_in(lease: timedelta) -> Place:
    """Return a slot whose lease ends after `lease`."""
    return clock.to_epoch_ms(clock.now() + lease) + secrets.randbelow(_SPREAD)


def taken(holder: str) -> tuple[str, str]:
    """Return the update expression that acquires the slot `:place` for `holder`, and its condition.

    The condition: the item exists, fewer than `:most` slots are held, and `holder` has none.
    """
    name = _name(holder)
    return (
        f"SET {name} = :place",
        f"attribute_exists(#pk) AND size(#in_flight) < :most AND attribute_not_exists({name})",
    )


def given_back(held: Mapping[str, Place]) -> tuple[str, str, dict[str, Any]]:
    """Return the update expression that releases slots, the condition that each slot is still held
    with the same lease end, and the values of both."""
    names = [_name(holder) for holder in held]
    values = {f"end{number}": end for number, end in enumerate(held.values())}
    pairs = zip(names, values, strict=True)
    condition = " AND ".join(f"{name} = :{value}" for name, value in pairs)
    return f"REMOVE {', '.join(names)}", condition, values


def over(held: Mapping[str, Place]) -> dict[str, Place]:
    """Return the slots whose lease has expired because their workers died."""
    now = clock.epoch_ms()
    return {holder: end for holder, end in held.items() if end < now}


def _name(holder: str) -> str:
    return f"#in_flight.#{holder}"
