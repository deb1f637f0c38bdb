"""Which events an endpoint asks for: `*`, a family such as `contact.*`, or names."""

from collections.abc import Collection, Sequence

from outrider.events.catalogue import FAMILIES, HIGH_VOLUME, NAMES, family

EVERYTHING = "*"

AVAILABLE: tuple[str, ...] = (EVERYTHING, *(f"{name}.*" for name in FAMILIES), *NAMES)


def check(asked: Sequence[str]) -> list[str]:
    """What is asked for, each once. Raises ValueError when there is no such event."""
    unknown = [name for name in asked if name not in AVAILABLE]
    if unknown:
        raise ValueError(
            f"There is no event {', '.join(unknown)}. Available are {', '.join(AVAILABLE)}"
        )
    return list(dict.fromkeys(asked))


def wants(asked: Collection[str], name: str) -> bool:
    """Whether the event `name` goes to an endpoint that asked for `asked`: a family does not bring
    the events that come with every mail."""
    if name in asked or EVERYTHING in asked:
        return True
    return f"{family(name)}.*" in asked and name not in HIGH_VOLUME
