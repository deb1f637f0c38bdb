"""Item of a sandbox's state: `wsp_…~test` / `sandbox` in the keys table.

Every transaction of the filling advances its `step`, so each is committed once, in order, by the
generation that it belongs to. A lease keeps requests from deleting and filling at the same time.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Table
from outrider.sandbox.errors import SandboxMoved
from outrider.sandbox.models import SandboxState

LEASE = timedelta(seconds=35)
"""Longer than the timeout of the functions that take it, so that a holder whose lease has expired
is no longer running."""

_SK = "sandbox"


@dataclass(frozen=True, slots=True)
class SandboxRepository:
    """State of the sandbox of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self) -> SandboxState | None:
        """Return the state; None of a sandbox that was never filled."""
        item = self.table.get(self.workspace, _SK)
        return SandboxState.model_validate(item) if item else None

    def take(self, before: SandboxState | None, after: SandboxState) -> SandboxState:
        """Replace the state as it was read by `after`, under a new lease, and return it. Raises
        SandboxMoved if it was changed meanwhile."""
        leased = after.model_copy(
            update={
                "holder": secrets.token_hex(8),
                "leased_until": clock.to_text(clock.now() + LEASE),
            }
        )
        put = self.table.put_action(
            {**leased.model_dump(), "pk": self.workspace, "sk": _SK},
            "#holder = :was AND #leased_until = :until" if before else "attribute_not_exists(#pk)",
            **({"was": before.holder, "until": before.leased_until} if before else {}),
        )
        try:
            self.table.write(put)
        except ConditionFailed as changed:
            raise SandboxMoved from changed
        return leased

    def begin_filling(self, cleared: SandboxState) -> SandboxState:
        """Record that everything is deleted, and return the state. Raises SandboxMoved if the lease
        was lost."""
        made_at = clock.timestamp()
        filling = cleared.model_copy(update={"phase": "filling", "step": 0, "made_at": made_at})
        self._write(self._move_action(cleared, filling))
        return filling

    def advance_action(self, state: SandboxState) -> Action:
        """Return the write that records one more transaction of the filling, for that transaction.
        It raises SandboxMoved if another one has recorded it, or the lease was lost."""
        return self._move_action(state, state.model_copy(update={"step": state.step + 1}))

    def finish(self, state: SandboxState, also: Sequence[Action] = ()) -> None:
        """Record that the sandbox is filled, and end the lease; `also` are further writes of the
        transaction. Raises SandboxMoved if the lease was lost."""
        ready = state.model_copy(update={"phase": "ready", "leased_until": ""})
        self._write(self._move_action(state, ready), also)

    def release(self, state: SandboxState) -> None:
        """End the lease of a request that has not finished."""
        self._write(self._move_action(state, state.model_copy(update={"leased_until": ""})))

    def _write(self, action: Action, also: Sequence[Action] = ()) -> None:
        self.table.write(action, also)

    def _move_action(self, before: SandboxState, after: SandboxState) -> Action:
        action = self.table.update_action(
            self.workspace,
            _SK,
            "SET #phase = :phase, #step = :step, #made_at = :made_at, #leased_until = :until",
            "#holder = :holder AND #phase = :was AND #step = :seen",
            phase=after.phase,
            step=after.step,
            made_at=after.made_at,
            until=after.leased_until,
            holder=before.holder,
            was=before.phase,
            seen=before.step,
        )
        return action.or_raise(SandboxMoved())
