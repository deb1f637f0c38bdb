"""Deliveries that are made once more: one by one, or all of a replay."""

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
    """Sets deliveries of one workspace waiting again. None of it touches what is in flight: an
    attempt under way is recorded whatever happens here."""

    deliveries: DeliveryRepository

    def redeliver(self, before: Delivery, after: Delivery, also: Sequence[Action] = ()) -> None:
        """`before` has ended, `after` is what `again` gives of it; `also` are writes of the same
        transaction. Raises Stale when it is not as it was read."""
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
        """Have the event delivered once for this replay: made if there is no delivery of it, from
        the beginning if it has ended, without further waiting if it is pending. False when the
        replay has done so before."""
        for _ in range(_ROUNDS):
            after = again(delivery, kind="replay", replay_id=replay_id)
            try:
                self.deliveries.table.write(self._made_or_again_action(after))
                return True
            except ConditionFailed as refusal:
                found = Delivery.model_validate(refusal.item)
            if found.replay_id == replay_id:
                return False
            try:
                self.deliveries.table.write(self._hasten_action(found, replay_id))
                return True
            except ConditionFailed:  # it has just ended, or an attempt of it has
                continue
        raise Stale

    def _made_or_again_action(self, after: Delivery) -> Action:
        made = {name: getattr(after, name) for name in _MADE_ONCE}
        return self._waiting_action(
            after,
            {name: getattr(after, name) for name in _AS_REPLAYED},
            "attribute_not_exists(#pk) OR (#state <> :state"
            " AND (attribute_not_exists(#replay_id) OR #replay_id <> :replay_id))",
            keep=made,
        )

    def _hasten_action(self, found: Delivery, replay_id: str) -> Action:
        """Neither its place in the schedule nor what kind it is: it is the delivery it was."""
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
        """`given`, and where it is found while it waits; `keep` as `changes` says."""
        given = {**given, **self.deliveries.waiting(after), "ttl": _expiry()}
        key = self.deliveries.key(after)
        return self.deliveries.table.update_action(
            key["pk"], key["sk"], changes(set=given, keep=keep), condition, **values
        )


def again(delivery: Delivery, **how: Any) -> Delivery:
    """From the beginning of the schedule, now."""
    begun = {"state": "pending", "tries": 0, "next_attempt_at": clock.timestamp()}
    return delivery.model_copy(update={**begun, **how})


def _expiry() -> int:
    return int((clock.now() + LOG_LIFE).timestamp())
