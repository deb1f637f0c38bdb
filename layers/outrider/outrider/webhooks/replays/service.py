"""Operations of the API on replays."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock, ids
from outrider.kit.errors import Conflict, ValidationFailed
from outrider.kit.http.pagination import Page, PageQuery, Sealer
from outrider.webhooks.endpoints.repository import WebhookRepository
from outrider.webhooks.errors import ReplayNotFound, WebhookNotFound
from outrider.webhooks.models import Replay, Webhook
from outrider.webhooks.replays.repository import ReplayRepository
from outrider.webhooks.schemas import ReplayCreate


@dataclass(frozen=True, slots=True)
class ReplayService:
    caller: Caller
    webhooks: WebhookRepository
    replays: ReplayRepository

    def create(self, webhook_id: str, new: ReplayCreate) -> Replay:
        """Create a replay; its event `webhook.replay_created` starts the worker.

        Raises WebhookNotFound, Conflict if the webhook is disabled, and ValidationFailed if `since`
        is in the future.
        """
        webhook = self._webhook(webhook_id)
        if webhook.status == "disabled":
            raise Conflict(
                "Nothing is delivered to a webhook that is disabled."
                f" POST /v1/webhooks/{webhook_id}/enable first"
            )
        now = clock.timestamp()
        if new.since >= now:
            raise ValidationFailed.at("/since", f"since must be before now, which is {now}")
        replay = Replay(
            id=ids.new("rpl"),
            webhook_id=webhook_id,
            since=new.since,
            until=min(new.until or now, now),
            events=new.events,
            delivery_status=new.status,
            created_at=now,
        )
        created = self.caller.event(
            "webhook.replay_created", webhook_id=webhook_id, replay_id=replay.id
        )
        self.replays.add(replay, [created], self.caller.keep_actions(replay))
        return replay

    def get(self, webhook_id: str, replay_id: str) -> Replay:
        """Return a replay and its progress. Raises ReplayNotFound."""
        if not ids.is_id("whk", webhook_id) or not ids.is_id("rpl", replay_id):
            raise ReplayNotFound
        work = self.replays.get(webhook_id, replay_id)
        if work is None:
            raise ReplayNotFound
        return work.replay

    def list(self, webhook_id: str, query: PageQuery) -> Page[Replay]:
        """Return a page of replays, newest first. Raises WebhookNotFound."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/webhooks/{webhook_id}/replays")
        after = sealer.after(query)
        self._webhook(webhook_id)
        found, place = self.replays.list(webhook_id, query.limit, after)
        return sealer.page(query, found, place)

    def _webhook(self, webhook_id: str) -> Webhook:
        stored = self.webhooks.get(webhook_id) if ids.is_id("whk", webhook_id) else None
        if stored is None:
            raise WebhookNotFound
        return stored.webhook
