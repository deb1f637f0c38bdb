"""Keys, expressions and items of webhooks, their deliveries and attempts.

- webhook `<workspace>` / `whk_…`, with its secret encrypted
- tally `<workspace>#count` / `webhooks`: how many there are
- delivery `<workspace>#whk_…` / `dlv_…`, its id derived from event and webhook
- attempt `<workspace>#whk_…` / `dlv_…#<number>`
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.attributes import Item
from outrider.kit.dynamo import (
    Action,
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    batch_get,
    transact,
)
from outrider.kit.errors import Conflict
from outrider.kit.outbox import Event, attribute
from outrider.webhooks.errors import (
    DeliveryInProgress,
    TooManyWebhooks,
    WebhookMoved,
    WebhookNotFound,
)
from outrider.webhooks.models import Delivery, Outcome, Webhook

MAX_WEBHOOKS = 20
_LOG_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery and where it goes."""

    delivery: Delivery
    webhook: Webhook
    locked_secret: bytes


@dataclass(frozen=True, slots=True)
class Secrets:
    """A webhook's, encrypted. The previous one signs too until `previous_until` of the webhook."""

    locked: bytes
    previous: bytes | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A webhook with its secrets."""

    webhook: Webhook
    secrets: Secrets


@dataclass(frozen=True, slots=True)
class WebhookRepository:
    """Webhooks of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add(self, webhook: Webhook, locked_secret: bytes, also: Sequence[Action] = ()) -> None:
        """`also` are writes of the same transaction. Raises TooManyWebhooks."""
        item = {
            **webhook.model_dump(),
            "pk": self.workspace,
            "sk": webhook.id,
            "secret": locked_secret,
        }
        counted = self.table.update(
            f"{self.workspace}#count",
            "webhooks",
            "ADD #webhooks :one",
            "attribute_not_exists(#webhooks) OR #webhooks < :most",
            one=1,
            most=MAX_WEBHOOKS,
        )
        try:
            transact(self.table.put(item, "attribute_not_exists(#pk)"), counted, *also)
        except TransactionFailed as failure:
            raise TooManyWebhooks(MAX_WEBHOOKS) from failure

    def list(self, limit: int, after: Item | None) -> tuple[list[Webhook], Item | None]:
        """Oldest first."""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "whk_"},
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Webhook.model_validate(item) for item in page.items], page.last_key

    def get(self, webhook_id: str) -> Stored | None:
        item = self.table.get(self.workspace, webhook_id)
        if item is None:
            return None
        secrets = Secrets(item["secret"], item.get("previous_secret"))
        return Stored(Webhook.model_validate(item), secrets)

    def change(
        self,
        before: Webhook,
        after: Webhook,
        secrets: Secrets | None = None,
        events: Sequence[Event] = (),
        also: Sequence[Action] = (),
    ) -> None:
        """`secrets` take the place of those there are; `also` are writes of the same transaction.

        Raises WebhookMoved.
        """
        changes: dict[str, Any] = after.model_dump(exclude={"id", "created_at"})
        if secrets:
            changes |= {"secret": secrets.locked, "previous_secret": secrets.previous}
        changes |= attribute(events)
        given = {name: value for name, value in changes.items() if value is not None}
        gone = sorted(changes.keys() - given.keys())
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in given)
        if gone:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
        action = self.table.update(
            self.workspace,
            before.id,
            expression,
            "#version = :seen",
            seen=before.version,
            **given,
        )
        try:
            self.table.write(action, also)
        except ConditionFailed as failure:
            raise WebhookMoved from failure

    def all(self) -> Sequence[Webhook]:
        return self.list(MAX_WEBHOOKS, None)[0]

    def remove(self, webhook_id: str, version: int | None = None) -> None:
        """Its deliveries go when they are next looked at.

        Raises WebhookNotFound, and Conflict when it is at another than this `version`.
        """
        counted = self.table.update(
            f"{self.workspace}#count", "webhooks", "ADD #webhooks :minus", minus=-1
        )
        there = "attribute_exists(#pk)"
        seen = {} if version is None else {"seen": version}
        if version is not None:
            there += " AND #version = :seen"
        try:
            transact(self.table.delete(self.workspace, webhook_id, there, **seen), counted)
        except TransactionFailed as failure:
            found = failure.reasons[0].item
            if found is None:
                raise WebhookNotFound from failure
            raise Conflict.at_version(found["version"]) from failure


@dataclass(frozen=True, slots=True)
class DeliveryRepository:
    """Deliveries to the webhooks of one workspace, and the log of their attempts."""

    table: Table
    workspace: WorkspaceId

    def add(self, delivery: Delivery) -> Delivery:
        """The delivery as it stands: the one that was there before, if there was one."""
        item = {
            **delivery.model_dump(exclude_none=True),
            **self._key(delivery),
            "ttl": _log_ttl(clock.now()),
        }
        try:
            self.table.write(self.table.put(item, "attribute_not_exists(#pk)"))
        except ConditionFailed as refusal:
            return Delivery.model_validate(refusal.item)
        return delivery

    def get(self, webhook_id: str, delivery_id: str) -> Due | None:
        """None when the delivery or its webhook is gone."""
        webhook_key = (self.table, self.workspace, webhook_id)
        delivery_key = (self.table, f"{self.workspace}#{webhook_id}", delivery_id)
        found = {sk: item for (_, _, sk), item in batch_get([webhook_key, delivery_key]).items()}
        if webhook_id not in found or delivery_id not in found:
            return None
        webhook = found[webhook_id]
        return Due(
            Delivery.model_validate(found[delivery_id]),
            Webhook.model_validate(webhook),
            webhook["secret"],
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
        state: Literal["pending", "delivered", "failed"],
        next_attempt_at: str | None,
    ) -> Delivery:
        """Log the attempt and end the lease. Raises DeliveryInProgress when the lease was lost."""
        after = leased.model_copy(
            update={
                "state": state,
                "attempts": leased.attempts + 1,
                "next_attempt_at": next_attempt_at,
                "leased_until": None,
            }
        )
        moved = self._update(
            leased,
            "SET #state = :state, #attempts = :attempts, #next_attempt_at = :next"
            " REMOVE #leased_until",
            "#attempts = :seen AND #leased_until = :lease",
            state=state,
            attempts=after.attempts,
            next=next_attempt_at,
            seen=leased.attempts,
            lease=leased.leased_until,
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
            "sk": f"{delivery.id}#{delivery.attempts:03d}",
            "attempt": delivery.attempts,
            "event_id": delivery.event_id,
            "at": clock.to_text(now),
            **asdict(outcome),
            "ttl": _log_ttl(now),
        }

    def _update(self, delivery: Delivery, expression: str, condition: str, **values: Any) -> Action:
        key = self._key(delivery)
        return self.table.update(key["pk"], key["sk"], expression, condition, **values)

    def _key(self, delivery: Delivery) -> dict[str, str]:
        return {"pk": f"{self.workspace}#{delivery.webhook_id}", "sk": delivery.id}


def _log_ttl(now: datetime) -> int:
    return int((now + _LOG_LIFE).timestamp())
