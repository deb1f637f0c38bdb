"""Repeated deliveries: redelivery of a single event, or of all events of a replay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.kit import clock
from outrider.kit.aws.attributes import changes
from outrider.kit.aws.dynamodb import Action, ConditionFailed
from outrider.kit.errors import Stale
from outrider.webhooks.deliveries.repository import LOG_LIFE, DeliveryRepository
from outrider.webhooks.models import Delivery

_ROUNDS = 5
_BEGUN_AGAIN = ("state", "tries", "kind", "next_attempt_at")
_AS_REPLAYED = (*_BEGUN_AGAIN, "replay_id")
_MADE_ONCE = ("id", "webhook_id", "event_id", "event", "payload", "created_at", "attempts")


@dataclass(frozen=True, slots=True)
class Repeats:
    """Writes that make deliveries of one workspace pending again. They do not affect attempts in
    flight, whose outcomes are recorded in any case."""

    deliveries: DeliveryRepository

    def redeliver(self, before: Delivery, after: Delivery, also: Sequence[Action] = ()) -> None:
        """Make an ended delivery pending again: `before` is the delivery as read, `after` the
        result of `again`; `also` are writes of the same transaction. Raises Stale if the delivery
        changed meanwhile."""
        action = self._waiting_action(
            after,
            {name: getattr(after, name) for name in _BEGUN_AGAIN},
            "#state = :seen AND #attempts = :attempts",
            seen=before.state,
            attempts=before.attempts,
        )
        try:
            self.deliveries.table.write(action, also)
        except ConditionFailed as refusal:
            raise Stale from refusal

    def replay(self, delivery: Delivery, replay_id: str) -> bool:
        """Make the delivery of an event due once for this replay, and return whether this call did
        so.

        A missing delivery is created, an ended one starts over, and a pending one becomes due at
        once. Raises Stale if the delivery keeps changing.
        """
        for _ in range(_ROUNDS):
            after = again(delivery, kind="replay", replay_id=replay_id)
            try:
                self.deliveries.table.write(self._create_or_restart_action(after))
                return True
            except ConditionFailed as refusal:
                found = Delivery.model_validate(refusal.item)
            if found.replay_id == replay_id:
                return False
            try:
                self.deliveries.table.write(self._hasten_action(found, replay_id))
                return True
            except ConditionFailed:  # the delivery or one of its attempts ended meanwhile
                continue
        raise Stale

    def _create_or_restart_action(self, after: Delivery) -> Action:
        made = {name: getattr(after, name) for name in _MADE_ONCE}
        return self._waiting_action(
            after,
            {name: getattr(after, name) for name in _AS_REPLAYED},
            "attribute_not_exists(#pk) OR (#state <> :state"
            " AND (attribute_not_exists(#replay_id) OR #replay_id <> :replay_id))",
            keep=made,
        )

    def _hasten_action(self, found: Delivery, replay_id: str) -> Action:
        """Return the update that makes a pending delivery due now; its kind and its place in the
        retry schedule do not change."""
        after = found.model_copy(
            update={"next_attempt_at": clock.timestamp(), "replay_id": replay_id}
        )
        return self._waiting_action(
            after,
            {"next_attempt_at": after.next_attempt_at, "replay_id": replay_id},
            "#state = :pending AND #attempts = :attempts",
            pending="pending",
            attempts=found.attempts,
        )

    def _waiting_action(
        self,
        after: Delivery,
        given: Mapping[str, Any],
        condition: str,
        keep: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Action:
        """Return the update with `given` and the keys of the index by_waiting; `keep` as in
        `changes`."""
        given = {**given, **self.deliveries.waiting(after), "ttl": _expiry()}
        key = self.deliveries.key(after)
        return self.deliveries.table.update_action(
            key["pk"], key["sk"], changes(set=given, keep=keep), condition, **values
        )


def again(delivery: Delivery, **how: Any) -> Delivery:
    """Return the delivery restarted at the beginning of the retry schedule, due now."""
    begun = {"state": "pending", "tries": 0, "next_attempt_at": clock.timestamp()}
    return delivery.model_copy(update={**begun, **how})


def _expiry() -> int:
    return int((clock.now() + LOG_LIFE).timestamp())
