"""Keys, expressions and items of deliveries and their attempts.

- delivery `<workspace>#whk_…` / `dlv_…`, its id made of when its event was recorded and the ids of
  event and webhook
- attempt `<workspace>#whk_…` / `dlv_…#<number>`

A pending delivery is in the index by_waiting, at the moment it waits for.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.events.models import RecordedEvent
from outrider.kit import clock, ids
from outrider.kit.dynamo import (
    Action,
    ConditionFailed,
    Table,
    TransactionFailed,
    batch_get,
    transact,
)
from outrider.webhooks import gates
from outrider.webhooks.errors import DeliveryInProgress
from outrider.webhooks.models import Delivery, Outcome, State, payload_of
from outrider.webhooks.repository import Stored

LOG_LIFE = timedelta(days=30)
SHARDS = 16


def delivery_id(event: RecordedEvent, webhook_id: str) -> str:
    """The same event to the same webhook is the same delivery; `parts_of` gives both back.
    Deliveries sort as the events stand in the feed: ids of events need not."""
    recorded_at = clock.to_epoch_ms(clock.from_text(event.recorded_at))
    return ids.timed("dlv", recorded_at, event.id, webhook_id)


def delivery_of(event: RecordedEvent, webhook_id: str) -> Delivery:
    """Not made yet, and due at once."""
    now = clock.timestamp()
    return Delivery(
        id=delivery_id(event, webhook_id),
        webhook_id=webhook_id,
        event_id=event.id,
        event=event.event,
        payload=payload_of(event),
        created_at=now,
        next_attempt_at=now,
    )


def first_since(moment: str) -> str:
    """Before all deliveries of events recorded at or after `moment`, behind all others."""
    return ids.timed("dlv", clock.to_epoch_ms(clock.from_text(moment)))


def parts_of(delivery_id: str) -> tuple[str, str] | None:
    """Its event and its webhook; None when it is no id of a delivery."""
    members = ids.members(ids.untimed(delivery_id), "dlv", "evt", "whk")
    return (members[0], members[1]) if members else None


def waiting_partition(webhook_id: str) -> str:
    digest = hashlib.sha256(webhook_id.encode()).digest()
    return shard_partition(digest[0] % SHARDS)


def shard_partition(shard: int) -> str:
    return f"waiting#{shard:02d}"


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery and where it goes."""

    delivery: Delivery
    to: Stored


@dataclass(frozen=True, slots=True)
class DeliveryRepository:
    """Deliveries to the webhooks of one workspace, and the log of their attempts."""

    table: Table
    workspace: WorkspaceId

    def add(self, delivery: Delivery) -> Delivery:
        """The delivery as it stands: the one that was there before, if there was one."""
        item = {
            **delivery.model_dump(exclude_none=True),
            **self.key(delivery),
            **self.waiting(delivery),
            "ttl": _log_ttl(clock.now()),
        }
        try:
            self.table.write(self.table.put(item, "attribute_not_exists(#pk)"))
        except ConditionFailed as refusal:
            return Delivery.model_validate(refusal.item)
        return delivery

    def get(self, webhook_id: str, delivery_id: str) -> Due | None:
        """None when the delivery or its webhook is gone."""
        gate_key = gates.key_of(webhook_id)
        keys = [
            (self.table, self.workspace, webhook_id),
            (self.table, self.workspace, gate_key),
            (self.table, f"{self.workspace}#{webhook_id}", delivery_id),
        ]
        found = {sk: item for (_, _, sk), item in batch_get(keys).items()}
        if webhook_id not in found or delivery_id not in found:
            return None
        return Due(
            Delivery.model_validate(found[delivery_id]),
            Stored.of(found[webhook_id], found.get(gate_key)),
        )

    def lease(self, delivery: Delivery, duration: timedelta) -> Delivery:
        """The delivery, for nobody else to attempt until the lease ends or an attempt is recorded.

        Raises DeliveryInProgress when somebody else has it, or has recorded an attempt.
        """
        now = clock.now()
        action = self._update(
            delivery,
            "SET #leased_until = :until",
            "#state = :pending AND #attempts = :seen"
            " AND (attribute_not_exists(#leased_until) OR #leased_until < :now)",
            until=clock.to_text(now + duration),
            pending="pending",
            seen=delivery.attempts,
            now=clock.to_text(now),
        )
        try:
            return Delivery.model_validate(self.table.write(action))
        except ConditionFailed as refusal:
            raise DeliveryInProgress(delivery.id) from refusal

    def record(
        self,
        leased: Delivery,
        outcome: Outcome,
        state: State,
        next_attempt_at: str | None,
    ) -> Delivery:
        """Log the attempt and end the lease. Raises DeliveryInProgress when the lease was lost."""
        after = leased.model_copy(
            update={
                "state": state,
                "tries": leased.tries + 1,
                "attempts": leased.attempts + 1,
                "next_attempt_at": next_attempt_at,
                "leased_until": None,
            }
        )
        waiting = self.waiting(after)
        places = ", ".join(f"#{name} = :{name}" for name in waiting)
        moved = self._update(
            leased,
            "SET #state = :state, #tries = :tries, #attempts = :attempts, #next_attempt_at = :next"
            + (f", {places} REMOVE" if waiting else " REMOVE #by_waiting_pk, #by_waiting_sk,")
            + " #leased_until",
            "#attempts = :seen AND #leased_until = :lease",
            state=state,
            tries=after.tries,
            attempts=after.attempts,
            next=next_attempt_at,
            seen=leased.attempts,
            lease=leased.leased_until,
            **waiting,
        )
        try:
            transact(moved, self.table.put(self._attempt(after, outcome)))
        except TransactionFailed as failure:
            raise DeliveryInProgress(leased.id) from failure
        return after

    def _attempt(self, delivery: Delivery, outcome: Outcome) -> Mapping[str, Any]:
        now = clock.now()
        return {
            "pk": f"{self.workspace}#{delivery.webhook_id}",
            "sk": f"{delivery.id}#{delivery.attempts:05d}",
            "attempt": delivery.attempts,
            "event_id": delivery.event_id,
            "at": clock.to_text(now),
            "kind": delivery.kind,
            **asdict(outcome),
            "ttl": _log_ttl(now),
        }

    def _update(self, delivery: Delivery, expression: str, condition: str, **values: Any) -> Action:
        key = self.key(delivery)
        return self.table.update(key["pk"], key["sk"], expression, condition, **values)

    def waiting(self, delivery: Delivery) -> dict[str, str]:
        """Where a delivery is found while it is pending."""
        if delivery.state != "pending":
            return {}
        place = f"{self.workspace}#{delivery.webhook_id}#{delivery.next_attempt_at}#{delivery.id}"
        return {
            "by_waiting_pk": waiting_partition(delivery.webhook_id),
            "by_waiting_sk": place,
        }

    def key(self, delivery: Delivery) -> dict[str, str]:
        return {"pk": f"{self.workspace}#{delivery.webhook_id}", "sk": delivery.id}


def _log_ttl(now: datetime) -> int:
    return int((now + LOG_LIFE).timestamp())
