"""Which events an endpoint asks for: `*`, a family such as `contact.*`, or names."""

from collections.abc import Collection, Sequence

from outrider.events.catalogue import HIGH_VOLUME, OFFERED, family, require_known

EVERYTHING = "*"

AVAILABLE: tuple[str, ...] = (EVERYTHING, *OFFERED)


def check(asked: Sequence[str]) -> list[str]:
    """What is asked for, each once. Raises ValueError when there is no such event."""
    require_known(asked, [EVERYTHING])
    return list(dict.fromkeys(asked))


def wants(asked: Collection[str], name: str) -> bool:
    """Whether the event `name` goes to an endpoint that asked for `asked`: a family does not bring
    the events that come with every mail."""
    if name in asked or EVERYTHING in asked:
        return True
    return f"{family(name)}.*" in asked and name not in HIGH_VOLUME
