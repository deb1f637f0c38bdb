"""DynamoDB keys, expressions and items of deliveries and their attempts.

- delivery `<workspace>#whk_…` / `dlv_…`; the id is derived from the time at which its event was
  recorded and from the ids of event and webhook
- attempt `<workspace>#whk_…` / `dlv_…#<number>`

A pending delivery is in the index by_waiting, sorted by the time of its next attempt.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from outrider.access.models import WorkspaceId
from outrider.events.models import RecordedEvent
from outrider.kit import clock, ids
from outrider.kit.aws.attributes import changes
from outrider.kit.aws.dynamodb import Action, ConditionFailed, Query, Table, batch_get, batch_write
from outrider.webhooks.endpoints import endpoint_state
from outrider.webhooks.endpoints.repository import Stored
from outrider.webhooks.models import AttemptOutcome, Delivery, Kind, payload_of

LOG_LIFE = timedelta(days=30)
SHARDS = 16
_LAST = "~"
"""Suffix of a sort key, which sorts after every timestamp."""


def delivery_id(event: RecordedEvent, webhook_id: str) -> str:
    """Return the id of the delivery of an event to a webhook, always the same one; `parts_of`
    returns the ids of both. Delivery ids sort in the order of the feed, which event ids need not
    do."""
    recorded_at = clock.to_epoch_ms(clock.from_text(event.recorded_at))
    return ids.timed("dlv", recorded_at, event.id, webhook_id)


def delivery_of(event: RecordedEvent, webhook_id: str) -> Delivery:
    """Return a new delivery of an event, due at once; nothing is stored."""
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
    """Return the sort key before all deliveries of events recorded at or after `moment`, and after
    all earlier ones."""
    return ids.timed("dlv", clock.to_epoch_ms(clock.from_text(moment)))


def recorded_at(sk: str) -> str:
    """Return when the event of a delivery or attempt was recorded, from its sort key."""
    return clock.to_text(clock.from_epoch_ms(ids.made_at(sk[: len("dlv_") + ids.LENGTH])))


def parts_of(delivery_id: str) -> tuple[str, str] | None:
    """Return the ids of a delivery's event and webhook, or None if it is no delivery id."""
    members = ids.members(ids.untimed(delivery_id), "dlv", "evt", "whk")
    return (members[0], members[1]) if members else None


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery and the webhook that it goes to."""

    delivery: Delivery
    to: Stored


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """A pending delivery as the index has it; the index is eventually consistent, so its state may
    have changed. `place` is its sort key among the pending deliveries of its webhook."""

    workspace: WorkspaceId
    webhook_id: str
    since: datetime
    delivery_id: str

    @classmethod
    def of(cls, place: str) -> "PendingDelivery":
        workspace, webhook_id, since, delivery = place.split("#")
        return cls(WorkspaceId(workspace), webhook_id, clock.from_text(since), delivery)

    @property
    def place(self) -> str:
        return f"{clock.to_text(self.since)}#{self.delivery_id}"


@dataclass(frozen=True, slots=True)
class DeliveryRepository:
    """Deliveries to the webhooks of one workspace, and the log of their attempts."""

    table: Table
    workspace: WorkspaceId

    def add(self, delivery: Delivery) -> Delivery:
        """Add a delivery if it does not exist. Return the stored one, new or existing."""
        item = {
            **delivery.model_dump(exclude_none=True),
            **self.key(delivery),
            **self.waiting(delivery),
            "ttl": _log_ttl(clock.now()),
        }
        try:
            self.table.write(self.table.put_action(item, "attribute_not_exists(#pk)"))
        except ConditionFailed as refusal:
            return Delivery.model_validate(refusal.item)
        return delivery

    def get(self, webhook_id: str, delivery_id: str) -> Due | None:
        """Return a delivery and its webhook, or None if either no longer exists."""
        gate_key = endpoint_state.key_of(webhook_id)
        keys = [
            (self.table, self.workspace, webhook_id),
            (self.table, self.workspace, gate_key),
            (self.table, self._partition(webhook_id), delivery_id),
        ]
        found = {sk: item for (_, _, sk), item in batch_get(keys).items()}
        if webhook_id not in found or delivery_id not in found:
            return None
        return Due(
            Delivery.model_validate(found[delivery_id]),
            Stored.of(found[webhook_id], found.get(gate_key)),
        )

    def waiting_for(
        self, webhook_id: str, until: datetime | None, after: str | None, limit: int
    ) -> list[PendingDelivery]:
        """Return the pending deliveries of a webhook that are due by `until`, oldest first, after
        the `place` given as `after`. Eventually consistent."""
        ours = f"{self.workspace}#{webhook_id}#"
        end = clock.to_text(until + timedelta(milliseconds=1)) if until else _LAST
        page = self.table.query(
            Query(
                _waiting_partition(webhook_id),
                "#by_waiting_sk BETWEEN :first AND :last",
                {"first": f"{ours}{after}!" if after else ours, "last": ours + end},
                index="by_waiting",
                limit=limit,
            )
        )
        return [PendingDelivery.of(item["by_waiting_sk"]) for item in page.items]

    def move_action(self, before: Delivery, after: Delivery) -> Action:
        """Return the update that changes a delivery to `after` an attempt; its condition fails if
        another attempt was recorded meanwhile."""
        given = {
            **after.model_dump(include={"state", "tries", "attempts", "next_attempt_at"}),
            "by_waiting_pk": None,
            "by_waiting_sk": None,
            **self.waiting(after),
        }
        key = self.key(before)
        return self.table.update_action(
            key["pk"], key["sk"], changes(set=given), "#attempts = :seen", seen=before.attempts
        )

    def log_action(self, after: Delivery, outcome: AttemptOutcome, kind: Kind, at: str) -> Action:
        """Return the write of an attempt to the log; its number is the delivery's `attempts` after
        it."""
        return self.table.put_action(
            {
                "pk": self._partition(after.webhook_id),
                "sk": f"{after.id}#{after.attempts:05d}",
                "attempt": after.attempts,
                "event_id": after.event_id,
                "at": at,
                "kind": kind,
                **asdict(outcome),
                "ttl": _log_ttl(clock.now()),
            }
        )

    def drop(self, webhook_id: str, waiting: list[PendingDelivery]) -> None:
        """Delete pending deliveries of a webhook that was deleted."""
        partition = self._partition(webhook_id)
        batch_write(self.table.delete_action(partition, each.delivery_id) for each in waiting)

    def waiting(self, delivery: Delivery) -> dict[str, str]:
        """Return the delivery's keys in the index by_waiting; none unless it is pending."""
        if delivery.state != "pending":
            return {}
        place = f"{self.workspace}#{delivery.webhook_id}#{delivery.next_attempt_at}#{delivery.id}"
        return {
            "by_waiting_pk": _waiting_partition(delivery.webhook_id),
            "by_waiting_sk": place,
        }

    def _partition(self, webhook_id: str) -> str:
        return f"{self.workspace}#{webhook_id}"

    def key(self, delivery: Delivery) -> dict[str, str]:
        return {"pk": self._partition(delivery.webhook_id), "sk": delivery.id}


def first_waiting(
    table: Table, shard: int, previous: PendingDelivery | None
) -> PendingDelivery | None:
    """Return the first pending delivery in a shard that belongs to a webhook after that of
    `previous`, or None."""
    place = f"{previous.workspace}#{previous.webhook_id}#{_LAST}" if previous else ""
    page = table.query(
        Query(
            f"waiting#{shard:02d}",
            "#by_waiting_sk > :place" if place else "",
            {"place": place} if place else {},
            index="by_waiting",
            limit=1,
        )
    )
    return PendingDelivery.of(page.items[0]["by_waiting_sk"]) if page.items else None


def _waiting_partition(webhook_id: str) -> str:
    shard = hashlib.sha256(webhook_id.encode()).digest()[0] % SHARDS
    return f"waiting#{shard:02d}"


def _log_ttl(now: datetime) -> int:
    return int((now + LOG_LIFE).timestamp())
