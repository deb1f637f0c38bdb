"""Operations of the API on webhook endpoints."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from outrider.access.models import Caller
from outrider.kit import clock, ids, json
from outrider.kit.attempts import attempts
from outrider.kit.aws.kms import Safe
from outrider.kit.errors import Contended, PreconditionFailed, Stale, ValidationFailed
from outrider.kit.http.pagination import PageQuery, Sealer
from outrider.kit.outbound.client import Outbound
from outrider.kit.outbound.connections import OutboundFailed
from outrider.kit.outbound.targets import InvalidUrl
from outrider.webhooks.deliveries.sender import WebhookSender
from outrider.webhooks.deliveries.signing import new_key, parse_secret, show_secret
from outrider.webhooks.endpoints.repository import Secrets, Stored, WebhookRepository
from outrider.webhooks.errors import WebhookNotFound
from outrider.webhooks.models import AttemptOutcome, EndpointState, Webhook
from outrider.webhooks.schemas import (
    SecretRotate,
    WebhookCreate,
    WebhookCreated,
    WebhookDeleted,
    WebhookPage,
    WebhookRotated,
    WebhookSummary,
    WebhookTest,
    WebhookUpdate,
    WebhookView,
)

OVERLAP = timedelta(hours=24)
"""Time after a rotation in which the previous secret signs too."""
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class WebhookService:
    caller: Caller
    webhooks: WebhookRepository
    safe: Safe
    outbound: Outbound
    start_pump: Callable[[str], None]
    """Starts the drain of an endpoint's backlog."""

    def create(self, new: WebhookCreate) -> WebhookCreated:
        """Register an endpoint and send it a `webhook.test`, whose outcome does not prevent the
        registration.

        The test is sent first, because its outcome is part of the response that is stored for the
        idempotency key. Raises ValidationFailed if the URL is not allowed (SSRF guard), and
        TooManyWebhooks.
        """
        self._require_callable(new.url)
        key = _key(new.secret)
        now = clock.timestamp()
        webhook = Webhook(
            id=ids.new("whk"),
            url=new.url,
            events=new.events,
            description=new.description,
            created_at=now,
            updated_at=now,
        )
        locked = self.safe.lock(webhook.id, key)
        created = WebhookCreated.of(
            webhook,
            EndpointState(),
            secret=show_secret(key),
            test=WebhookTest.of(self._send_test(webhook, [key])),
        )
        self.webhooks.add(
            webhook, locked, self.caller.keep_actions(created, repeated=created.repeated())
        )
        return created

    def get(self, webhook_id: str) -> WebhookView:
        """Return a webhook, without its secret. Raises WebhookNotFound."""
        stored = self._stored(webhook_id)
        return WebhookView.of(stored.webhook, stored.gate)

    def list(self, query: PageQuery) -> WebhookPage:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/webhooks")
        found, place = self.webhooks.list(query.limit, sealer.after(query))
        shown = [WebhookSummary.of(each.webhook, each.gate) for each in found]
        page = sealer.page(query, shown, place)
        return WebhookPage.model_validate(page, from_attributes=True)

    def update(
        self, webhook_id: str, given: WebhookUpdate, if_match: int | None = None
    ) -> WebhookView:
        """Update a webhook. A new URL or enabling it resets the circuit breaker.

        Raises WebhookNotFound, PreconditionFailed, ValidationFailed if the URL is not allowed (SSRF
        guard) or a field cannot be null, and Contended if the webhook keeps changing.
        """
        changes = _changes(given)
        if given.url is not None:
            self._require_callable(given.url)

        def change(before: Stored) -> WebhookView:
            _require_version(before.webhook, if_match)
            changed = before.webhook.model_copy(update=changes)
            after = _with_reason(before.webhook, changed)
            anew = given.status == "enabled" or after.url != before.webhook.url
            return self._changed(before, after, reset=anew)

        return self._with_retries(webhook_id, change)

    def enable(self, webhook_id: str, if_match: int | None = None) -> WebhookView:
        """Enable a webhook, close its circuit breaker and drain its backlog, also if it is enabled
        already. Raises WebhookNotFound, PreconditionFailed and Contended."""
        return self.update(webhook_id, WebhookUpdate(status="enabled"), if_match)

    def rotate_secret(
        self, webhook_id: str, given: SecretRotate, if_match: int | None = None
    ) -> WebhookRotated:
        """Rotate the secret. For 24 hours deliveries are signed with both the new and the previous
        secret; an older one stops signing at once.

        Raises WebhookNotFound, PreconditionFailed, and Contended if the webhook keeps changing.
        """
        key = _key(given.secret)

        def change(before: Stored) -> WebhookRotated:
            _require_version(before.webhook, if_match)
            locked = self.safe.lock(webhook_id, key)
            until = clock.to_text(clock.now() + OVERLAP)
            after = _next_version(before.webhook.model_copy(update={"previous_until": until}))
            rotated = WebhookRotated.of(after, before.gate, secret=show_secret(key))
            self.webhooks.change(
                before.webhook,
                after,
                Secrets(locked, before.secrets.locked),
                also=self.caller.keep_actions(rotated, repeated=rotated.repeated()),
            )
            return rotated

        return self._with_retries(webhook_id, change)

    def test(self, webhook_id: str) -> WebhookTest:
        """Send a `webhook.test`, also to a disabled webhook, and return the outcome, which does not
        affect the webhook's health. Raises WebhookNotFound."""
        stored = self._stored(webhook_id)
        self.caller.begin()
        keys = [self.safe.open(webhook_id, locked) for locked in stored.signing]
        return WebhookTest.of(self._send_test(stored.webhook, keys))

    def delete(self, webhook_id: str, if_match: int | None = None) -> WebhookDeleted:
        """Delete a webhook and drop its pending deliveries.

        Raises WebhookNotFound and PreconditionFailed.
        """
        _require_id(webhook_id)
        self.webhooks.remove(webhook_id, if_match)
        return WebhookDeleted(id=webhook_id)

    def _stored(self, webhook_id: str) -> Stored:
        _require_id(webhook_id)
        stored = self.webhooks.get(webhook_id)
        if stored is None:
            raise WebhookNotFound
        return stored

    def _changed(self, before: Stored, after: Webhook, *, reset: bool) -> WebhookView:
        webhook_id = before.webhook.id
        gate = before.gate.reset() if reset else before.gate
        if after == before.webhook and not reset:
            return WebhookView.of(after, gate)
        events = []
        if after != before.webhook:
            after = _next_version(after)
        if after.status == "disabled" and before.webhook.status == "enabled":
            events.append(
                self.caller.event("webhook.disabled", webhook_id=webhook_id, reason="paused")
            )
        details = WebhookView.of(after, gate)
        also = self.caller.keep_actions(details)
        self.webhooks.change(before.webhook, after, events=events, also=also, reset=reset)
        if reset and after.status == "enabled":
            self.start_pump(webhook_id)
        return details

    def _with_retries(self, webhook_id: str, change: Callable[[Stored], ResultT]) -> ResultT:
        """Return the result of `change` on the current webhook; retry it after a lost optimistic
        lock."""
        for _ in attempts():
            stored = self._stored(webhook_id)
            try:
                return change(stored)
            except Stale:
                continue
        raise Contended("The webhook is being changed by others")

    def _require_callable(self, url: str) -> None:
        """Raise ValidationFailed unless the SSRF guard allows the URL. A host that does not resolve
        yet is allowed: each delivery checks again."""
        try:
            self.outbound.check(url)
        except InvalidUrl as invalid:
            raise ValidationFailed.at("/url", str(invalid)) from invalid
        except OutboundFailed as failure:
            if failure.reason == "blocked_address":
                raise ValidationFailed.at("/url", str(failure)) from failure

    def _send_test(self, webhook: Webhook, keys: Sequence[bytes]) -> AttemptOutcome:
        """Send a `webhook.test` to this endpoint only, regardless of its subscriptions. The event
        is not in the feed, so its `sequence` is 0."""
        test_id = ids.new("evt")
        payload = {
            "id": test_id,
            "event": "webhook.test",
            "created_at": clock.timestamp(),
            "workspace_id": self.caller.workspace.public,
            "sequence": 0,
            "data": {"webhook_id": webhook.id},
        }
        return WebhookSender(self.outbound).send(
            webhook.url, keys, test_id, json.dumps_text(payload)
        )


def _key(secret: str | None) -> bytes:
    return parse_secret(secret) if secret else new_key()


def _changes(given: WebhookUpdate) -> dict[str, Any]:
    """Return the fields to change. Raises ValidationFailed for null in a field that cannot be
    cleared."""
    changes = given.model_dump(include=given.model_fields_set)
    for name, value in changes.items():
        if value is None and name != "description":
            raise ValidationFailed.at(f"/{name}", f"{name} cannot be null; leave it out instead")
    return changes


def _with_reason(before: Webhook, after: Webhook) -> Webhook:
    """Return the webhook with its reason for being disabled; one that was disabled already keeps
    its reason."""
    if after.status == "enabled":
        return after.model_copy(update={"disabled_reason": None, "disabled_at": None})
    if before.status == "disabled":
        return after
    now = clock.timestamp()
    return after.model_copy(update={"disabled_reason": "paused", "disabled_at": now})


def _next_version(webhook: Webhook) -> Webhook:
    return webhook.model_copy(
        update={"updated_at": clock.timestamp(), "version": webhook.version + 1}
    )


def _require_version(webhook: Webhook, if_match: int | None) -> None:
    PreconditionFailed.check(if_match, webhook.version)


def _require_id(webhook_id: str) -> None:
    if not ids.is_id("whk", webhook_id):
        raise WebhookNotFound
