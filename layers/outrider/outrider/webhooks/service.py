"""What is done with webhooks."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock, ids, json
from outrider.kit.connections import OutboundFailed
from outrider.kit.errors import ValidationFailed
from outrider.kit.outbound import Outbound
from outrider.kit.pagination import Page, PageQuery, Sealer
from outrider.kit.targets import InvalidUrl
from outrider.webhooks.errors import WebhookNotFound
from outrider.webhooks.models import Outcome, Webhook
from outrider.webhooks.repository import WebhookRepository
from outrider.webhooks.safe import SecretSafe
from outrider.webhooks.schemas import WebhookCreate, WebhookCreated, WebhookDeleted, WebhookTest
from outrider.webhooks.sender import Sender
from outrider.webhooks.signing import new_key, parse_secret, show_secret


@dataclass(frozen=True, slots=True)
class WebhookService:
    caller: Caller
    webhooks: WebhookRepository
    safe: SecretSafe
    outbound: Outbound

    def create(self, new: WebhookCreate) -> WebhookCreated:
        """Register an endpoint and send it a `webhook.test`, whose outcome changes nothing. The
        test goes first: what came of it is a part of the answer that is kept.

        Raises ValidationFailed when the URL may not be called, TooManyWebhooks.
        """
        self._require_callable(new.url)
        key = parse_secret(new.secret) if new.secret else new_key()
        now = clock.timestamp()
        webhook = Webhook(
            id=ids.new("whk"), url=new.url, events=new.events, created_at=now, updated_at=now
        )
        locked = self.safe.lock(webhook.id, key)
        created = WebhookCreated(
            **webhook.model_dump(),
            secret=show_secret(key),
            test=WebhookTest.of(self._send_test(webhook, key)),
        )
        self.webhooks.add(webhook, locked, self.caller.keep(created, shown_once="secret"))
        return created

    def list(self, query: PageQuery) -> Page[Webhook]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/webhooks")
        found, place = self.webhooks.list(query.limit, sealer.after(query))
        return sealer.page(query, found, place)

    def delete(self, webhook_id: str) -> WebhookDeleted:
        """Raises WebhookNotFound. What is still pending for it is dropped."""
        if not ids.is_id("whk", webhook_id) or not self.webhooks.remove(webhook_id):
            raise WebhookNotFound
        return WebhookDeleted(id=webhook_id)

    def _require_callable(self, url: str) -> None:
        """A host that does not resolve yet may be registered: each delivery looks again."""
        try:
            self.outbound.check(url)
        except InvalidUrl as invalid:
            raise ValidationFailed.at("/url", str(invalid)) from invalid
        except OutboundFailed as failure:
            if failure.reason == "blocked_address":
                raise ValidationFailed.at("/url", str(failure)) from failure

    def _send_test(self, webhook: Webhook, key: bytes) -> Outcome:
        """The test is between us and this endpoint: whatever the endpoint asked for, it gets it,
        and no other does. So it is not in the feed and its `sequence` is 0."""
        test_id = ids.new("evt")
        payload = {
            "id": test_id,
            "event": "webhook.test",
            "created_at": clock.timestamp(),
            "workspace_id": self.caller.workspace.public,
            "sequence": 0,
            "data": {"webhook_id": webhook.id},
        }
        return Sender(self.outbound).send(webhook.url, key, test_id, json.dumps_text(payload))
