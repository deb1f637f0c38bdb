"""Events about webhooks."""

from typing import ClassVar, Literal

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import Payload, ReplayId, WebhookId


class WebhookTestedData(Payload):
    """A webhook was registered or tested. The event is sent to that webhook only, is not in the
    feed or on the bus, and its `sequence` is 0."""

    event: ClassVar[EventName] = "webhook.test"

    webhook_id: WebhookId


class WebhookDisabledData(Payload):
    """A webhook was disabled. Pending deliveries wait until it is enabled; events that occur
    meanwhile are delivered only by a replay."""

    event: ClassVar[EventName] = "webhook.disabled"

    webhook_id: WebhookId
    reason: Literal["gone", "asked", "failing", "paused"]
    """`gone`: it answered 410. `asked`: its response asked for it. `failing`: five days without a
    success. `paused`: disabled through the API."""


class WebhookReplayCreatedData(Payload):
    """A replay was requested: the events of a period are delivered to a webhook again."""

    event: ClassVar[EventName] = "webhook.replay_created"

    webhook_id: WebhookId
    replay_id: ReplayId
