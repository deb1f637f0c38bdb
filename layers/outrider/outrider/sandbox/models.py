"""State of a sandbox, and the moment and identity that its example data is made from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pydantic import ConfigDict

from outrider.access.models import Caller
from outrider.kit import clock, ids
from outrider.kit.models import Model

SandboxPhase = Literal["clearing", "filling", "ready"]
"""`clearing`: everything is being deleted. `filling`: the example data is being written."""


class SandboxState(Model):
    """State of a sandbox, as it is stored.

    `generation` counts how often it was filled; the ids of its example data depend on it. `step` is
    the number of transactions of the filling that are done. `made_at` is the moment that the dates
    of the example data are relative to. While `leased_until` is in the future, the request
    `holder` works on it. Times are RFC 3339 UTC.
    """

    model_config = ConfigDict(frozen=True)

    generation: int
    phase: SandboxPhase
    step: int = 0
    made_at: str
    holder: str = ""
    leased_until: str = ""

    @property
    def is_leased(self) -> bool:
        return self.leased_until > clock.timestamp()


@dataclass(frozen=True, slots=True)
class Making:
    """One making of example data: whose it is, and the moment that its dates are relative to. The
    same making gives the same data."""

    caller: Caller
    generation: int
    made_at: datetime

    @classmethod
    def of(cls, caller: Caller, state: SandboxState) -> "Making":
        engine = replace(caller, actor="engine", idempotency=None)
        return cls(engine, state.generation, clock.from_text(state.made_at))

    @property
    def recipient(self) -> Caller:
        """Originator of what recipients of emails do."""
        return replace(self.caller, actor="recipient")

    def ago(self, *, days: float, minutes: float = 0) -> datetime:
        """Return the moment that is `minutes` after `days` before the making."""
        return self.made_at - timedelta(days=days) + timedelta(minutes=minutes)

    def id(self, prefix: str, name: str) -> str:
        """Return the id of what has this name, created at the (frozen) present moment."""
        parts = self.caller.workspace, str(self.generation), prefix, name
        return ids.at(prefix, clock.epoch_ms(), *parts)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[str]:
        """Freeze the clock at a moment of the history, and return it as text."""
        with clock.frozen(moment):
            yield clock.to_text(moment)
