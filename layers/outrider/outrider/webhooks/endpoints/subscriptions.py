"""Subscriptions of an endpoint: `*`, families such as `contact.*`, or event names."""

from collections.abc import Collection, Sequence

from outrider.events.catalogue import HIGH_VOLUME, OFFERED, family, require_known

EVERYTHING = "*"

AVAILABLE: tuple[str, ...] = (EVERYTHING, *OFFERED)


def check(asked: Sequence[str]) -> list[str]:
    """Return the subscriptions without duplicates. Raises ValueError for an unknown event."""
    require_known(asked, [EVERYTHING])
    return list(dict.fromkeys(asked))


def wants(asked: Collection[str], name: str) -> bool:
    """Return whether subscriptions include the event `name`. A family does not include its
    high-volume events, which come with every email."""
    if name in asked or EVERYTHING in asked:
        return True
    return f"{family(name)}.*" in asked and name not in HIGH_VOLUME
