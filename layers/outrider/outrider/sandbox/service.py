"""Sandboxes: filled when their workspace is created, and reset."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from outrider.access.models import Caller
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.errors import Contended
from outrider.sandbox.errors import NotEmpty, SandboxMoved, StillResetting, TestKeyRequired
from outrider.sandbox.filling import Filling, commit
from outrider.sandbox.models import Making, SandboxState
from outrider.sandbox.repository import SandboxRepository
from outrider.sandbox.schemas import SandboxReset

WORKS_FOR = timedelta(seconds=20)
"""Time after which a request begins no further page or transaction: it ends within the 29 seconds
that its function has."""
_SOON = 1
"""Seconds after which an unfinished reset may be continued."""


@dataclass(frozen=True, slots=True)
class SandboxService:
    """The sandbox of the caller's workspace. `clearing` deletes everything in it, a page at a
    time."""

    caller: Caller
    states: SandboxRepository
    clearing: Callable[[], Iterator[None]]
    filling: Filling

    def reset(self) -> SandboxReset:
        """Delete everything and fill the sandbox again. What takes longer than a request is
        continued by the next one.

        Raises TestKeyRequired; StillResetting if it is not finished, or another request works on
        it; Contended if other requests keep creating what is in the way.
        """
        if self.caller.workspace.mode != "test":
            raise TestKeyRequired
        self.caller.begin()
        state = self.states.get()
        if state and state.is_leased:
            left = clock.from_text(state.leased_until) - clock.now()
            raise StillResetting(max(_SOON, -(-left // timedelta(seconds=1))))
        try:
            return self._work(self.states.take(state, _begun(state)))
        except SandboxMoved as moved:
            raise StillResetting(_SOON) from moved

    def fill(self) -> None:
        """Fill the sandbox of a new workspace. Raises StillResetting if that takes longer than a
        request, and SandboxMoved if it was filled before."""
        new = SandboxState(generation=1, phase="filling", made_at=clock.timestamp())
        self._work(self.states.take(None, new))

    def _work(self, state: SandboxState) -> SandboxReset:
        until = clock.now() + WORKS_FOR
        for _ in attempts():
            if state.phase == "clearing":
                self._clear(state, until)
                state = self.states.begin_filling(state)
            try:
                return self._fill(state, until)
            except NotEmpty:
                state = self.states.take(state, _begun(state))
        raise Contended("Other requests keep creating what the sandbox begins with")

    def _clear(self, state: SandboxState, until: datetime) -> None:
        """Delete page after page. Raises StillResetting at the end of the time."""
        for _ in self.clearing():
            self._go_on(state, until)

    def _fill(self, state: SandboxState, until: datetime) -> SandboxReset:
        """Commit one transaction after another. Raises NotEmpty, and StillResetting at the end of
        the time."""
        for transaction in self.filling.commits(Making.of(self.caller, state)):
            commit(transaction, self.states.advance_action(state))
            state = state.model_copy(update={"step": state.step + 1})
            self._go_on(state, until)
        done = SandboxReset(generation=state.generation, made_at=state.made_at)
        self.states.finish(state, self.caller.keep_actions(done))
        return done

    def _go_on(self, state: SandboxState, until: datetime) -> None:
        """End the lease and raise StillResetting, if the time of the request is over."""
        if clock.now() >= until:
            self.states.release(state)
            raise StillResetting(_SOON)


def _begun(state: SandboxState | None) -> SandboxState:
    """Return the state with which a reset begins, or goes on deleting if it was interrupted
    then. Example data that was filled in before, even in part, has ids of another generation."""
    if state and state.phase == "clearing":
        return state
    generation = state.generation + 1 if state else 1
    return SandboxState(generation=generation, phase="clearing", made_at="")
