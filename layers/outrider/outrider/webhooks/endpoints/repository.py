"""DynamoDB keys, expressions and items of webhooks.

- webhook `<workspace>` / `whk_…`, with its secrets encrypted; its endpoint state follows it
- counter `<workspace>#count` / `webhooks`: the number of webhooks
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Query,
    Table,
    TransactionFailed,
    batch_get,
    transact,
)
from outrider.kit.counters import BoundedCounter
from outrider.kit.errors import PreconditionFailed, Stale
from outrider.kit.outbox import Event, attribute, pack
from outrider.webhooks.endpoints import endpoint_state
from outrider.webhooks.endpoints.endpoint_state import EndpointStateRepository
from outrider.webhooks.errors import TooManyWebhooks, WebhookNotFound
from outrider.webhooks.models import DisabledReason, EndpointState, Webhook

MAX_WEBHOOKS = 20


@dataclass(frozen=True, slots=True)
class Secrets:
    """Encrypted secrets of a webhook. The previous one signs too until the webhook's
    `previous_until`."""

    locked: bytes
    previous: bytes | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A webhook with its secrets and endpoint state."""

    webhook: Webhook
    secrets: Secrets
    gate: EndpointState

    @classmethod
    def of(cls, webhook: Item, gate: Item | None) -> "Stored":
        return cls(
            Webhook.model_validate(webhook),
            Secrets(webhook["secret"], webhook.get("previous_secret")),
            EndpointState.model_validate(gate or {}),
        )

    @property
    def signing(self) -> list[bytes]:
        """The encrypted secrets that sign now, the current one first."""
        until = self.webhook.previous_until
        previous = self.secrets.previous
        signs = previous is not None and until is not None and clock.timestamp() < until
        return [self.secrets.locked, *([previous] if previous is not None and signs else [])]


@dataclass(frozen=True, slots=True)
class WebhookRepository:
    """Webhooks of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add(self, webhook: Webhook, locked_secret: bytes, also: Sequence[Action] = ()) -> None:
        """Add a webhook; `also` are writes of the same transaction. Raises TooManyWebhooks."""
        item = {
            **webhook.model_dump(),
            "pk": self.workspace,
            "sk": webhook.id,
            "secret": locked_secret,
        }
        try:
            transact(
                self.table.put_action(item, "attribute_not_exists(#pk)"),
                self._counter.add_action(),
                self._gates.add_action(webhook.id),
                *also,
            )
        except TransactionFailed as failure:
            raise TooManyWebhooks(MAX_WEBHOOKS) from failure

    def get(self, webhook_id: str) -> Stored | None:
        keys = (webhook_id, endpoint_state.key_of(webhook_id))
        found = batch_get((self.table, self.workspace, sk) for sk in keys)
        webhook, gate = (found.get((self.table.name, self.workspace, sk)) for sk in keys)
        return Stored.of(webhook, gate) if webhook else None

    def list(self, limit: int, after: Item | None) -> tuple[list[Stored], Item | None]:
        """Return a page of webhooks, oldest first, and the key after which the next page begins."""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "whk_"},
                after=after,
                consistent=True,
            ),
            2 * limit,
        )
        items = {item["sk"]: item for item in page.items}
        found = [
            Stored.of(item, items.get(endpoint_state.key_of(sk)))
            for sk, item in items.items()
            if not sk.endswith(endpoint_state.SUFFIX)
        ]
        return found, page.last_key

    def change(
        self,
        before: Webhook,
        after: Webhook,
        secrets: Secrets | None = None,
        events: Sequence[Event] = (),
        also: Sequence[Action] = (),
        *,
        reset: bool = False,
    ) -> None:
        """Change a webhook with an optimistic lock on `before`.

        `secrets` replace the stored ones; `also` are writes of the same transaction; `reset` resets
        the endpoint state (breaker, pause). Raises Stale if the webhook changed meanwhile.
        """
        resetting = [self._gates.reset_action(before.id)] if reset else []
        try:
            if after == before:
                transact(*resetting, *also)
            else:
                self.table.write(
                    self._change_action(before, after, secrets, events), [*resetting, *also]
                )
        except (ConditionFailed, TransactionFailed) as failure:
            raise Stale from failure

    def _change_action(
        self, before: Webhook, after: Webhook, secrets: Secrets | None, events: Sequence[Event]
    ) -> Action:
        given: dict[str, Any] = after.model_dump(exclude={"id", "created_at"})
        if secrets:
            given |= {"secret": secrets.locked, "previous_secret": secrets.previous}
        return self.table.update_action(
            self.workspace,
            before.id,
            changes(set={**given, **attribute(events)}),
            "#version = :seen",
            seen=before.version,
        )

    def disable_action(
        self, webhook_id: str, reason: DisabledReason, at: str, event: Event
    ) -> Action:
        """Return the update that disables a webhook; its condition fails if it is disabled
        already."""
        return self.table.update_action(
            self.workspace,
            webhook_id,
            changes(
                set={
                    "status": "disabled",
                    "disabled_reason": reason,
                    "disabled_at": at,
                    "updated_at": at,
                    "_events": pack([event]),
                },
                add={"version": 1},
            ),
            "#status = :enabled",
            enabled="enabled",
        )

    def all(self) -> Sequence[Stored]:
        return self.list(MAX_WEBHOOKS, None)[0]

    def remove(self, webhook_id: str, version: int | None = None) -> None:
        """Delete a webhook; its pending deliveries are dropped by their workers and the sweeper.

        Raises WebhookNotFound, and PreconditionFailed if its version is not `version`.
        """
        condition = "attribute_exists(#pk)"
        seen = {} if version is None else {"seen": version}
        if version is not None:
            condition += " AND #version = :seen"
        try:
            transact(
                self.table.delete_action(self.workspace, webhook_id, condition, **seen),
                self._counter.remove_action(),
                self._gates.remove_action(webhook_id),
            )
        except TransactionFailed as failure:
            found = failure.reasons[0].item
            if found is None:
                raise WebhookNotFound from failure
            raise PreconditionFailed.at_version(found["version"]) from failure

    @property
    def _counter(self) -> BoundedCounter:
        return BoundedCounter(self.table, f"{self.workspace}#count", "webhooks", MAX_WEBHOOKS)

    @property
    def _gates(self) -> EndpointStateRepository:
        return EndpointStateRepository(self.table, self.workspace)
