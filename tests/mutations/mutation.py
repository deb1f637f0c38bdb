"""A mutation: a condition of the engine that is taken away, and the tests that must notice."""

from dataclasses import dataclass

_DOMAINS = "layers/outrider/outrider"


@dataclass(frozen=True, slots=True)
class Change:
    """In a file of `layers/outrider/outrider`, `old`, which stands there once, becomes `new`."""

    file: str
    old: str
    new: str

    @property
    def path(self) -> str:
        """The file from the root of the repository."""
        return f"{_DOMAINS}/{self.file}"


@dataclass(frozen=True, slots=True)
class Mutation:
    """`name` says what is missing then. One of `tests`, as pytest names them, must fail.

    Where a second guard makes up for the first, both are taken away: `covered_by` says which.
    """

    name: str
    tests: tuple[str, ...]
    changes: tuple[Change, ...]
    covered_by: str = ""


def always(condition: str) -> str:
    """`condition`, so that it holds for each item that is there, with the values it needs."""
    return f"attribute_exists(#pk) OR {condition}"
