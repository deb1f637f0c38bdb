"""API schemas of webhooks."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field

from outrider.events.catalogue import FAMILIES, NAMES, EventName, chosen
from outrider.kit import clock
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Input
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.http.requests import Instant
from outrider.kit.models import Model
from outrider.kit.outbound.targets import MAX_URL
from outrider.webhooks.deliveries.signing import MIN_TEXT, parse_secret
from outrider.webhooks.endpoints import breaker
from outrider.webhooks.endpoints.subscriptions import AVAILABLE, check
from outrider.webhooks.models import (
    Attempt,
    AttemptOutcome,
    Delivery,
    DisabledReason,
    EndpointState,
    LastAttempt,
    State,
    Webhook,
)


def _names(text: str) -> str:
    """Return the names sorted and without duplicates, so that equal filters have the same
    cursor."""
    asked = sorted({each.strip() for each in text.split(",")})
    chosen(asked)
    return ",".join(asked)


def _usable(secret: str) -> str:
    parse_secret(secret)
    return secret


SUBSCRIBABLE = ["*", *(f"{family}.*" for family in FAMILIES), *NAMES]
Url = Annotated[
    str, Field(max_length=MAX_URL, description="https, with a public address; no fragment")
]
Subscriptions = Annotated[
    list[Annotated[str, Field(json_schema_extra={"enum": SUBSCRIBABLE})]],
    Field(
        min_length=1,
        max_length=100,
        description="`*`, families such as `contact.*`, or names such as `reply.received`",
    ),
    AfterValidator(check),
]
Description = Annotated[str, Field(min_length=1, max_length=500)]
Secret = Annotated[
    str,
    Field(
        max_length=256,
        description="`whsec_` and base64 of 24 to 64 bytes, or any text of 8 characters or more;"
        " made when it is left out",
        json_schema_extra={
            "writeOnly": True,
            "minLength": MIN_TEXT,
            "pattern": r"^(?:whsec_[A-Za-z0-9+/]{32,86}={0,2}$|(?![\s\S]*whsec_))",
        },
    ),
    AfterValidator(_usable),
]


AvailableEvents = Annotated[list[str], Field(default_factory=lambda: list(AVAILABLE))]


class WebhookCreate(Input):
    url: Url
    events: Subscriptions
    description: Description | None = None
    secret: Annotated[Secret | None, Field(repr=False)] = None


class WebhookUpdate(Input):
    """Fields to change; null clears `description`. `disabled` stops all deliveries, which then
    wait; `enabled` does the same as `POST …/enable`."""

    model_config = ConfigDict(json_schema_extra=json_schema.never_null("url", "events", "status"))

    url: Url | None = None
    events: Subscriptions | None = None
    description: Description | None = None
    status: Literal["enabled", "disabled"] | None = None
    """`disabled` stops all deliveries, which then wait; `enabled` sends them."""


class SecretRotate(Input):
    secret: Annotated[Secret | None, Field(repr=False)] = None


HealthStatus = Literal["healthy", "failing", "waiting", "disabled"]


class Health(Model):
    """Health of an endpoint. `failing`: the last delivery failed. `waiting`: five in a row failed,
    and only a probe is sent at `next_probe_at`; or the endpoint asked for a pause until
    `waits_until`. `in_flight` counts the requests in flight."""

    status: HealthStatus
    failures_in_a_row: int
    failing_since: str | None = None
    last_success_at: str | None = None
    last_failure_at: str | None = None
    last_attempt: LastAttempt | None = None
    next_probe_at: str | None = None
    waits_until: str | None = None
    in_flight: int

    @classmethod
    def of(cls, webhook: Webhook, gate: EndpointState) -> Self:
        enabled = webhook.status == "enabled"
        probe_at = breaker.probe_at(gate, webhook.id) if enabled else None
        held = gate.not_before is not None and gate.not_before > clock.timestamp()
        return cls(
            **gate.model_dump(include={"failing_since", "last_success_at", "last_failure_at"}),
            status=_health_status(webhook, gate),
            failures_in_a_row=gate.failures,
            last_attempt=gate.last_attempt,
            next_probe_at=clock.to_text(probe_at) if probe_at else None,
            waits_until=gate.not_before if held else None,
            in_flight=sum(end > clock.epoch_ms() for end in gate.in_flight.values()),
        )


def _health_status(webhook: Webhook, gate: EndpointState) -> HealthStatus:
    if webhook.status == "disabled":
        return "disabled"
    if breaker.verdict(gate, clock.now()) != "closed":
        return "waiting"
    return "failing" if gate.failures else "healthy"


class WebhookSummary(Model):
    """A webhook. `disabled_reason`: `paused`: disabled through the API; `gone`: it answered 410;
    `asked`: it answered with the header `webhook-delivery: disable`; `failing`: no delivery
    succeeded for five days. Until `previous_secret_until` the secret before the last rotation signs
    too."""

    id: str
    object: Literal["webhook"] = "webhook"
    url: str
    """Where events are delivered."""
    events: list[str]
    """The events that are delivered: names, families such as `contact.*`, or `*` for all."""
    description: str | None = None
    status: Literal["enabled", "disabled"]
    """Nothing is delivered to a `disabled` webhook: its events wait."""
    disabled_reason: DisabledReason | None = None
    disabled_at: str | None = None
    previous_secret_until: str | None = None
    health: Health
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, webhook: Webhook, gate: EndpointState, **more: Any) -> Self:
        until = webhook.previous_until
        signs = until is not None and until > clock.timestamp()
        return cls.model_validate(
            {
                **webhook.model_dump(),
                "previous_secret_until": until if signs else None,
                "health": Health.of(webhook, gate),
                **more,
            }
        )


class WebhookView(WebhookSummary):
    """A webhook with `available_events`, all that `events` may name."""

    available_events: AvailableEvents


class WebhookPage(Page[WebhookSummary]):
    """A page of webhooks with `available_events`, all that `events` may name."""

    available_events: AvailableEvents


class WebhookDeleted(Model):
    id: str
    object: Literal["webhook"] = "webhook"
    deleted: Literal[True] = True


class WebhookTest(Model):
    """Outcome of a `webhook.test`. `error` is null if the endpoint accepted it, else `dns`,
    `blocked_address`, `connect`, `tls`, `timeout`, `protocol`, `invalid_url`, or `http_4xx` and the
    like; `answer` is the first KiB of the response body."""

    object: Literal["webhook_test"] = "webhook_test"
    delivered: bool
    status_code: int | None = None
    error: str | None = None
    detail: str | None = None
    latency_ms: int
    answer: str = ""

    @classmethod
    def of(cls, outcome: AttemptOutcome) -> "WebhookTest":
        return cls(
            delivered=outcome.delivered,
            status_code=outcome.status_code,
            error=outcome.error,
            detail=outcome.detail,
            latency_ms=outcome.latency_ms,
            answer=outcome.answer,
        )


class WithSecret(WebhookView):
    """A webhook in the only response that shows its secret, as `whsec_…`.

    If the request is repeated with its Idempotency-Key, `secret` is null and `notice` explains how
    to get a new one.
    """

    secret: Annotated[str | None, Field(repr=False)]
    notice: str = "Keep the secret: it is shown in this answer only"

    def repeated(self) -> Self:
        """Return the response to a repetition of the request, without the secret."""
        notice = (
            "The secret was shown once, in the first answer to this request. "
            f"If it was lost: POST /v1/webhooks/{self.id}/rotate-secret gives a new one"
        )
        return self.model_copy(update={"secret": None, "notice": notice})


class WebhookCreated(WithSecret):
    """Response to the registration of a webhook."""

    test: WebhookTest


class WebhookRotated(WithSecret):
    """Response to the rotation of a secret."""


class DeliveryQuery(PageQuery):
    status: Annotated[State | None, Field(description="Only deliveries with this status")] = None
    event: Annotated[
        Annotated[
            str,
            Field(
                max_length=2_000,
                json_schema_extra={"pattern": json_schema.list_of(tuple(SUBSCRIBABLE[1:]))},
            ),
            AfterValidator(_names),
        ]
        | None,
        Field(description="Names and families, separated by commas: `contact.created,reply.*`"),
    ] = None

    @property
    def names(self) -> frozenset[EventName] | None:
        return chosen(self.event.split(",")) if self.event else None


class DeliverySummary(Model):
    """Delivery of one event to one webhook. `attempt_count` counts all requests, `tries` those of
    the retry schedule, which ends after 21. A pending delivery is attempted at `next_attempt_at`,
    or when its endpoint recovers."""

    id: str
    object: Literal["webhook_delivery"] = "webhook_delivery"
    webhook_id: str
    event_id: str
    event: str
    status: State
    """`pending` until the endpoint accepts the event, then `delivered`; `failed` when all attempts
    are used up."""
    attempt_count: int
    tries: int
    next_attempt_at: str | None = None
    replay_id: str | None = None
    created_at: str

    @classmethod
    def of(cls, delivery: Delivery, **more: Any) -> Self:
        fields = {
            **delivery.model_dump(exclude={"state", "attempts"}),
            "status": delivery.state,
            "attempt_count": delivery.attempts,
        }
        return cls.model_validate(fields | more)


class LoggedDelivery(DeliverySummary):
    """A delivery with its `attempts`: the latest 100 at most, oldest first."""

    attempts: list[Attempt]


class DeliveryView(LoggedDelivery):
    """A delivery with its `payload`, the text that was signed and sent."""

    payload: str


class ReplayCreate(Input):
    """A new replay. `since` and `until` filter by the `recorded_at` of events, `events` narrows
    down the webhook's subscriptions, and `status` filters by the status of the deliveries."""

    since: Annotated[Instant, Field(description="Events recorded at or after this time (RFC 3339)")]
    until: Annotated[
        Instant | None,
        Field(description="Before this time (RFC 3339); by default, and at the latest, now"),
    ] = None
    events: Subscriptions | None = None
    status: State | None = None
    """Only events whose delivery has this status; null for all."""
