"""DynamoDB keys, expressions and items of the state of endpoints: health and requests in flight.

- endpoint state ("gate") `<workspace>` / `whk_…#gate`, right after its webhook

A slot in `in_flight` is both the lease of a delivery and one of the endpoint's ten concurrent
requests. It is acquired by one conditional write and expires by itself if its worker dies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from outrider.access.models import WorkspaceId
from outrider.kit import clock, concurrency_slots
from outrider.kit.aws.attributes import Changes, Item, changes
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Table
from outrider.kit.concurrency_slots import Place
from outrider.webhooks.endpoints.breaker import AT_ONCE, OPENS_AT
from outrider.webhooks.models import EndpointState, LastAttempt

SUFFIX = "#gate"
LEASE = timedelta(seconds=60)
"""Lease of a slot: longer than any attempt, shorter than the visibility timeout of the queue."""

_LET = "(attribute_not_exists(#not_before) OR #not_before <= :now)"
_CLOSED = f"#failures < :opens AND {_LET}"
_STILL_OPEN = f"#failures >= :opens AND #last_failure_at = :seen AND {_LET}"
_ROUNDS = 4

Health = Literal["success", "failure", "same"]
"""Effect of an attempt on the endpoint's health; `same` means none."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Effect of a finished attempt on the endpoint state.

    `hold` is the end of a pause that the endpoint asked for; it never shortens a stored one.
    `was_open` is whether the worker knows that the breaker was open. `reset_at` is that of the
    state which the worker read: if the state was reset meanwhile, the attempt has no effect on it.
    """

    health: Health
    last: LastAttempt
    hold: datetime | None
    was_open: bool
    reset_at: str | None


@dataclass(frozen=True, slots=True)
class Released:
    """Endpoint state after an attempt; `closes`: this success closed the circuit breaker."""

    gate: EndpointState
    closes: bool


class NoSlot(Exception):
    """Raised when no slot can be acquired.

    `full`: the concurrency limit is reached. `taken`: this delivery holds a slot already. `shut`:
    the breaker opened, the endpoint asked for a pause, or another probe came first. `gone`: the
    webhook was deleted.
    """

    def __init__(self, why: Literal["full", "taken", "shut", "gone"], gate: EndpointState) -> None:
        super().__init__(why)
        self.why = why
        self.gate = gate


def key_of(webhook_id: str) -> str:
    return f"{webhook_id}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class EndpointStateRepository:
    """Endpoint states of one workspace."""

    table: Table
    workspace: WorkspaceId

    def take(self, webhook_id: str, delivery_id: str) -> tuple[Place, EndpointState]:
        """Acquire a slot for a delivery. Return it with the endpoint state. Raises NoSlot."""
        values = {"most": AT_ONCE, "opens": OPENS_AT, "now": clock.timestamp()}
        return self._take(webhook_id, delivery_id, _CLOSED, values)

    def take_probe(
        self, webhook_id: str, delivery_id: str, seen: EndpointState
    ) -> tuple[Place, EndpointState]:
        """Acquire the only slot of an endpoint whose breaker is open, on the condition that no
        other attempt was recorded since the state was `seen`. Return it with the endpoint state.
        Raises NoSlot."""
        seen_at = seen.last_failure_at
        values = {"most": 1, "opens": OPENS_AT, "now": clock.timestamp(), "seen": seen_at}
        return self._take(webhook_id, delivery_id, _STILL_OPEN, values)

    def release(
        self, webhook_id: str, delivery_id: str, place: Place, ended: Ended
    ) -> Released | None:
        """Release a slot and record the attempt's effect on the endpoint. Return None if the slot's
        lease expired or was taken over."""
        for _ in range(_ROUNDS):
            action = self._release_action(webhook_id, delivery_id, place, ended)
            try:
                gate = EndpointState.model_validate(self.table.write(action))
            except ConditionFailed as refusal:
                found = EndpointState.model_validate(refusal.item or {})
                if found.in_flight.get(delivery_id) != place:
                    return None
                if found.reset_at != ended.reset_at:
                    ended = replace(ended, health="same", hold=None)
                elif ended.hold and (found.not_before or "") >= clock.to_text(ended.hold):
                    ended = replace(ended, hold=None)
                else:
                    ended = replace(ended, was_open=True)
            else:
                return Released(gate, ended.health == "success" and ended.was_open)
        raise AssertionError("each round removes one of the conditions")

    def _release_action(
        self, webhook_id: str, delivery_id: str, place: Place, ended: Ended
    ) -> Action:
        now = ended.last.at
        condition = f"#in_flight.#{delivery_id} = :place"
        values: dict[str, Any] = {"place": place}
        set: dict[str, Any] = {}
        keep: dict[str, Any] = {}
        failures = 0
        remove = [f"in_flight.#{delivery_id}"]
        if ended.health == "success":
            set = {"failures": 0, "last_success_at": now, "last_attempt": ended.last.model_dump()}
            remove += ["failing_since"]
            if not ended.was_open:
                condition += " AND #failures < :opens"
                values["opens"] = OPENS_AT
        elif ended.health == "failure":
            set = {"last_failure_at": now, "last_attempt": ended.last.model_dump()}
            keep, failures = {"failing_since": now}, 1
        if ended.hold:
            set["not_before"] = clock.to_text(ended.hold)
            condition += " AND (attribute_not_exists(#not_before) OR #not_before < :not_before)"
        if set:
            unchanged, more = _not_reset_since(ended.reset_at)
            condition += f" AND {unchanged}"
            values |= more
        released = changes(set=set, keep=keep, add={"failures": failures}, remove=remove)
        return self._update_action(webhook_id, released, condition, **values)

    def begin_pump(self, webhook_id: str, lease: str | None, duration: timedelta) -> str | None:
        """Acquire or renew the lease of an endpoint's pump. Return the new lease, or None if
        another pump holds it. `lease` is the one to renew; None starts a new pump."""
        now = clock.now()
        until = clock.to_text(now + duration)
        condition = "attribute_exists(#pk) AND (attribute_not_exists(#pump_until)"
        condition += " OR #pump_until < :now OR #pump_until = :lease)"
        action = self._update_action(
            webhook_id,
            "SET #pump_until = :until",
            condition,
            until=until,
            now=clock.to_text(now),
            lease=lease or "",
        )
        try:
            self.table.write(action)
        except ConditionFailed:
            return None
        return until

    def end_pump(self, webhook_id: str, lease: str | None) -> None:
        action = self._update_action(
            webhook_id, "REMOVE #pump_until", "#pump_until = :lease", lease=lease or ""
        )
        try:
            self.table.write(action)
        except ConditionFailed:
            return

    def add_action(self, webhook_id: str) -> Action:
        """Return the write of the endpoint state of a new webhook."""
        item: dict[str, Any] = {
            "pk": self.workspace,
            "sk": key_of(webhook_id),
            "in_flight": {},
            "failures": 0,
        }
        return self.table.put_action(item)

    def remove_action(self, webhook_id: str) -> Action:
        return self.table.delete_action(self.workspace, key_of(webhook_id))

    def reset_action(self, webhook_id: str) -> Action:
        """Return the update that closes the breaker and ends a pause, as if the endpoint had never
        failed."""
        return self._update_action(
            webhook_id,
            changes(
                set={"failures": 0, "reset_at": clock.timestamp()},
                remove=["failing_since", "not_before", "pump_until"],
            ),
            "attribute_exists(#pk)",
        )

    def check_unchanged_action(
        self, webhook_id: str, reset_at: str | None, failing_since: str | None
    ) -> Action:
        """Return the condition check that the state was not reset since `reset_at` and, with
        `failing_since`, that there has been no success since then."""
        condition, values = _not_reset_since(reset_at)
        if failing_since:
            condition += " AND #failing_since = :since"
            values["since"] = failing_since
        return self.table.check_action(self.workspace, key_of(webhook_id), condition, **values)

    def _take(
        self, webhook_id: str, delivery_id: str, rule: str, values: Mapping[str, Any]
    ) -> tuple[Place, EndpointState]:
        for left in reversed(range(_ROUNDS)):
            place = concurrency_slots.ending_in(LEASE)
            expression, free = concurrency_slots.taken(delivery_id)
            action = self._update_action(
                webhook_id, expression, f"{free} AND {rule}", place=place, **values
            )
            try:
                return place, EndpointState.model_validate(self.table.write(action))
            except ConditionFailed as refusal:
                refused = _refused(refusal.item, delivery_id, values["most"])
                if refused.gate.in_flight.get(delivery_id) == place:
                    return (
                        place,
                        refused.gate,
                    )  # the response was lost, and the SDK retried the call
                over = concurrency_slots.over(refused.gate.in_flight)
                if not over or not left or refused.why not in ("full", "taken"):
                    raise refused from refusal
                self._end_leases(webhook_id, over)
        raise AssertionError("the last round returns or raises")

    def _end_leases(self, webhook_id: str, over: Mapping[str, Place]) -> None:
        """Release the expired slots of workers that died."""
        expression, condition, values = concurrency_slots.given_back(over)
        action = self._update_action(webhook_id, expression, condition, **values)
        try:
            self.table.write(action)
        except ConditionFailed:
            return

    def _update_action(
        self, webhook_id: str, expression: str | Changes, condition: str, **values: Any
    ) -> Action:
        return self.table.update_action(
            self.workspace, key_of(webhook_id), expression, condition, **values
        )


def _not_reset_since(reset_at: str | None) -> tuple[str, dict[str, Any]]:
    if reset_at is None:
        return "attribute_not_exists(#reset_at)", {}
    return "#reset_at = :reset_at", {"reset_at": reset_at}


def _refused(item: Item | None, delivery_id: str, most: int) -> NoSlot:
    gate = EndpointState.model_validate(item or {})
    if item is None:
        return NoSlot("gone", gate)
    if delivery_id in gate.in_flight:
        return NoSlot("taken", gate)
    return NoSlot("full" if len(gate.in_flight) >= most else "shut", gate)
