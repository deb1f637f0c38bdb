"""Keys, expressions and items of gates: how an endpoint does, and what is under way to it.

- gate `<workspace>` / `whk_…#gate`, right behind its webhook

A place in `in_flight` is at once the delivery's lease and one of the endpoint's ten: taking it is
one conditional write, and it ends by itself when its worker died.
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
"""Longer than any attempt, shorter than the time after which the queue gives a message again."""

_LET = "(attribute_not_exists(#not_before) OR #not_before <= :now)"
_CLOSED = f"#failures < :opens AND {_LET}"
_STILL_OPEN = f"#failures >= :opens AND #last_failure_at = :seen AND {_LET}"
_ROUNDS = 4

Health = Literal["success", "failure", "same"]
"""What an attempt says about its endpoint; `same`: nothing."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What an attempt leaves at the gate: with `hold` nothing goes out before that moment, unless
    a later one stands there. `was_open` is the breaker, as far as the worker knows; `reset_at` what
    the gate said when it looked for the endpoint, and if that has changed it leaves nothing."""

    health: Health
    last: LastAttempt
    hold: datetime | None
    was_open: bool
    reset_at: str | None


@dataclass(frozen=True, slots=True)
class Released:
    """The gate after an attempt; `closes`: this success has closed its breaker."""

    gate: EndpointState
    closes: bool


class NoPlace(Exception):
    """`full`: so many are under way already. `taken`: this delivery is. `shut`: the breaker opened
    or the endpoint asked for a pause, or another probe came first. `gone`: the webhook is."""

    def __init__(self, why: Literal["full", "taken", "shut", "gone"], gate: EndpointState) -> None:
        super().__init__(why)
        self.why = why
        self.gate = gate


def key_of(webhook_id: str) -> str:
    return f"{webhook_id}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class EndpointStateRepository:
    """Gates of one workspace."""

    table: Table
    workspace: WorkspaceId

    def take(self, webhook_id: str, delivery_id: str) -> tuple[Place, EndpointState]:
        """A place for a delivery, and the gate with it. Raises NoPlace."""
        values = {"most": AT_ONCE, "opens": OPENS_AT, "now": clock.timestamp()}
        return self._take(webhook_id, delivery_id, _CLOSED, values)

    def take_probe(
        self, webhook_id: str, delivery_id: str, seen: EndpointState
    ) -> tuple[Place, EndpointState]:
        """The only place of an open endpoint, if nothing came of another attempt since the gate was
        `seen`. Raises NoPlace."""
        seen_at = seen.last_failure_at
        values = {"most": 1, "opens": OPENS_AT, "now": clock.timestamp(), "seen": seen_at}
        return self._take(webhook_id, delivery_id, _STILL_OPEN, values)

    def release(
        self, webhook_id: str, delivery_id: str, place: Place, ended: Ended
    ) -> Released | None:
        """Give a place back, with what the attempt says of the endpoint. None when the place is not
        this one's any more."""
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
        raise AssertionError("each round takes away one of the conditions")

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
            unchanged, more = _reset_still(ended.reset_at)
            condition += f" AND {unchanged}"
            values |= more
        released = changes(set=set, keep=keep, add={"failures": failures}, remove=remove)
        return self._update_action(webhook_id, released, condition, **values)

    def begin_pump(self, webhook_id: str, lease: str | None, duration: timedelta) -> str | None:
        """A new lease of the pump of an endpoint: it goes on from `lease`, or begins where no pump
        is at work. None when another is."""
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
        """The gate of a new webhook."""
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
        """As if it had never failed: what waits for it may go."""
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
        """Part of a transaction: refused when the gate was reset since, or has had a success since
        it was `failing_since`."""
        condition, values = _reset_still(reset_at)
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
                    return place, refused.gate  # the answer was lost, and the call sent again
                over = concurrency_slots.over(refused.gate.in_flight)
                if not over or not left or refused.why not in ("full", "taken"):
                    raise refused from refusal
                self._end_leases(webhook_id, over)
        raise AssertionError("the last round returns or raises")

    def _end_leases(self, webhook_id: str, over: Mapping[str, Place]) -> None:
        """Those of workers that died."""
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


def _reset_still(reset_at: str | None) -> tuple[str, dict[str, Any]]:
    if reset_at is None:
        return "attribute_not_exists(#reset_at)", {}
    return "#reset_at = :reset_at", {"reset_at": reset_at}


def _refused(item: Item | None, delivery_id: str, most: int) -> NoPlace:
    gate = EndpointState.model_validate(item or {})
    if item is None:
        return NoPlace("gone", gate)
    if delivery_id in gate.in_flight:
        return NoPlace("taken", gate)
    return NoPlace("full" if len(gate.in_flight) >= most else "shut", gate)
