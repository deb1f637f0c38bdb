"""What the API takes and gives about webhooks."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field

from outrider.kit import clock
from outrider.kit.pagination import Page
from outrider.kit.requests import Input
from outrider.kit.targets import MAX_URL
from outrider.webhooks.models import DisabledReason, Outcome, Webhook
from outrider.webhooks.signing import parse_secret
from outrider.webhooks.subscriptions import AVAILABLE, check


def _usable(secret: str) -> str:
    parse_secret(secret)
    return secret


Url = Annotated[
    str, Field(max_length=MAX_URL, description="https, with a public address; no fragment")
]
Subscriptions = Annotated[
    list[str],
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
        json_schema_extra={"writeOnly": True},
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
    """What is given is changed; null clears `description`. `disabled` stops all deliveries, and
    they wait; `enabled` is the same as a call of `enable`."""

    url: Url | None = None
    events: Subscriptions | None = None
    description: Description | None = None
    status: Literal["enabled", "disabled"] | None = None


class SecretRotate(Input):
    secret: Annotated[Secret | None, Field(repr=False)] = None


class WebhookSummary(BaseModel):
    """`disabled_reason` is `paused` when a call of the API disabled it; `gone`: it answered 410;
    `asked`: it answered with the header `webhook-delivery: disable`; `failing`: it took nothing for
    five days. Until `previous_secret_until` the secret before the last rotation signs too."""

    id: str
    url: str
    events: list[str]
    description: str | None = None
    status: Literal["enabled", "disabled"]
    disabled_reason: DisabledReason | None = None
    disabled_at: str | None = None
    previous_secret_until: str | None = None
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, webhook: Webhook, **more: object) -> Self:
        until = webhook.previous_until
        signs = until is not None and until > clock.timestamp()
        return cls.model_validate(
            {
                **webhook.model_dump(),
                "previous_secret_until": until if signs else None,
                **more,
            }
        )


class WebhookDetails(WebhookSummary):
    """`available_events` is all that `events` may name."""

    available_events: AvailableEvents


class WebhookPage(Page[WebhookSummary]):
    """`available_events` is all that the `events` of a webhook may name."""

    available_events: AvailableEvents


class WebhookDeleted(BaseModel):
    id: str
    object: Literal["webhook"] = "webhook"
    deleted: Literal[True] = True


class WebhookTest(BaseModel):
    """What came of the `webhook.test` that was sent. `error` is null when it was taken, else `dns`,
    `blocked_address`, `connect`, `tls`, `timeout`, `protocol`, `invalid_url`, or `http_4xx` and
    the like; `answer` is the first KiB of what came back."""

    delivered: bool
    status_code: int | None = None
    error: str | None = None
    detail: str | None = None
    latency_ms: int
    answer: str = ""

    @classmethod
    def of(cls, outcome: Outcome) -> "WebhookTest":
        return cls(
            delivered=outcome.delivered,
            status_code=outcome.status_code,
            error=outcome.error,
            detail=outcome.detail,
            latency_ms=outcome.latency_ms,
            answer=outcome.answer,
        )


class WebhookCreated(WebhookDetails):
    """The answer to a registration: the only one that ever shows the secret, as `whsec_…`."""

    secret: Annotated[str, Field(repr=False)]
    test: WebhookTest


class WebhookRotated(WebhookDetails):
    """The answer to a rotation: the only one that ever shows the new secret, as `whsec_…`."""

    secret: Annotated[str, Field(repr=False)]
