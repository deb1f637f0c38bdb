"""Events about webhooks themselves."""

from typing import ClassVar, Literal

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import Payload, ReplayId, WebhookId


class WebhookTestedData(Payload):
    """A webhook was registered, or is tried. It goes to that webhook alone, is not in the feed and
    not on the bus, and its `sequence` is 0."""

    event: ClassVar[EventName] = "webhook.test"

    webhook_id: WebhookId


class WebhookDisabledData(Payload):
    """Nothing more is sent to a webhook until it is enabled again. What was on its way to it waits;
    what happens meanwhile goes to it by a replay only."""

    event: ClassVar[EventName] = "webhook.disabled"

    webhook_id: WebhookId
    reason: Literal["gone", "asked", "failing", "paused"]
    """It answered 410; its answer asked for it; five days without a success; by the API."""


class WebhookReplayCreatedData(Payload):
    """Somebody asked for a replay: events of a time are sent to a webhook again."""

    event: ClassVar[EventName] = "webhook.replay_created"

    webhook_id: WebhookId
    replay_id: ReplayId
