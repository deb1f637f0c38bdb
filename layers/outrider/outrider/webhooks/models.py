"""Webhooks, deliveries and attempts."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from outrider.events.models import RecordedEvent
from outrider.kit import json

_INTERNAL = {"mode", "actor", "request_id", "recorded_at"}

DisabledReason = Literal["gone", "asked", "failing", "paused"]
"""It answered 410, it asked for it in a header, it took nothing for five days, or the API said so.
"""
Kind = Literal["scheduled", "probe", "replay", "redelivery"]
"""What brought an attempt about."""
Directive = Literal["disable", "abort-message"]
"""What an endpoint may say in the header `webhook-delivery` of its answer."""
State = Literal["pending", "delivered", "failed"]


class Webhook(BaseModel):
    """An endpoint of the customer's and the events it gets."""

    model_config = ConfigDict(frozen=True)

    id: str
    url: str
    events: list[str]
    description: str | None = None
    status: Literal["enabled", "disabled"] = "enabled"
    disabled_reason: DisabledReason | None = None
    disabled_at: str | None = None
    previous_until: str | None = None
    """Until then the secret before the last rotation signs too."""
    created_at: str
    updated_at: str
    version: int = 1


class LastAttempt(BaseModel):
    model_config = ConfigDict(frozen=True)

    at: str
    event_id: str
    status_code: int | None = None
    error: str | None = None
    latency_ms: int


class EndpointState(BaseModel):
    """How an endpoint does, and what is under way to it. Another item than the webhook, since each
    attempt changes it.

    `in_flight` has the deliveries that are being attempted, and when their leases end (epoch ms).
    `failures` are in a row, since `failing_since`. Nothing is sent `not_before`: the endpoint said
    so. What waits is being handed out until `pump_until`, unless its pump died. What was under way
    at `reset_at` says nothing of the endpoint any more.
    """

    model_config = ConfigDict(frozen=True)

    in_flight: dict[str, int] = {}
    failures: int = 0
    failing_since: str | None = None
    last_success_at: str | None = None
    last_failure_at: str | None = None
    last_attempt: LastAttempt | None = None
    not_before: str | None = None
    pump_until: str | None = None
    reset_at: str | None = None

    def reset(self) -> "EndpointState":
        """As if the endpoint had never failed."""
        forgotten = {"failures": 0, "failing_since": None, "not_before": None, "pump_until": None}
        return self.model_copy(update=forgotten)


class Delivery(BaseModel):
    """One event to one webhook. `payload` is the text that is signed and sent; it never
    changes.

    `tries` is its place in the schedule; `attempts` counts the requests that were ever made, by
    schedule or not. A pending one waits for `next_attempt_at`.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    webhook_id: str
    event_id: str
    event: str
    payload: str
    state: State = "pending"
    tries: int = 0
    attempts: int = 0
    created_at: str
    next_attempt_at: str | None = None
    kind: Literal["scheduled", "replay", "redelivery"] = "scheduled"
    """What its attempts are, but for probes."""
    replay_id: str | None = None


class Attempt(BaseModel):
    """One request that was made. `error` is null when it was taken, else `dns`, `blocked_address`,
    `connect`, `tls`, `timeout`, `protocol`, `invalid_url`, or `http_4xx` and the like; `answer` is
    the first KiB of what came back. A `probe` looks whether an endpoint that failed is back."""

    model_config = ConfigDict(frozen=True)

    attempt: int
    at: str
    kind: Kind
    status_code: int | None = None
    error: str | None = None
    detail: str | None = None
    latency_ms: int
    answer: str = ""


class DeliveryJob(BaseModel):
    """A message of the queue: attempt the delivery, if it is due. Where all places of its endpoint
    are taken, it may look again in a moment so many times."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["attempt"] = "attempt"
    workspace: str
    webhook_id: str
    delivery_id: str
    looks: int = 0


class ProbeJob(BaseModel):
    """Attempt what has waited longest for an endpoint whose breaker is open, if a probe is due."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["probe"] = "probe"
    workspace: str
    webhook_id: str


class PumpJob(BaseModel):
    """Hand out what waits for an endpoint: what lies behind the place `after`, or all of it.

    `lease` is what the gate's `pump_until` must be for this one to go on; without it a new pump
    begins. After a walk over all that waits it looks again in `rest` seconds: later each time that
    the `oldest` it finds is still the same.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["pump"] = "pump"
    workspace: str
    webhook_id: str
    lease: str | None = None
    after: str | None = None
    oldest: str | None = None
    rest: int = 15


Job = DeliveryJob | ProbeJob | PumpJob


class ReplayJob(BaseModel):
    """A message of the queue of replays: go on with one."""

    model_config = ConfigDict(frozen=True)

    workspace: str
    webhook_id: str
    replay_id: str


class Replay(BaseModel):
    """Events of a time that an endpoint gets once more: those it asks for that were recorded from
    `since` on and before `until`, of these only what `events` names. With a `delivery_status`,
    of its deliveries only those that stood so.

    `looked_at` counts the events walked over, up to those recorded at `reached`; `matched` those
    that were set to be delivered. It is `completed` when all of them are: what has become of them
    is in the log.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["webhook_replay"] = "webhook_replay"
    webhook_id: str
    since: str
    until: str
    events: list[str] | None = None
    delivery_status: State | None = None
    status: Literal["running", "completed", "cancelled"] = "running"
    looked_at: int = 0
    matched: int = 0
    reached: str | None = None
    created_at: str
    completed_at: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """What came of one request. `error` is `dns`, `blocked_address`, `connect`, `tls`, `timeout`,
    `protocol`, `http_3xx`, `http_4xx`, …; None means it was delivered."""

    latency_ms: int
    status_code: int | None = None
    answer: str = ""
    """The first KiB of it."""
    error: str | None = None
    detail: str | None = None
    retry_after: int | None = None
    """The seconds that a 429 or 503 asks to be left alone, a day at most."""
    directive: Directive | None = None

    @property
    def delivered(self) -> bool:
        return self.error is None


def payload_of(event: RecordedEvent) -> str:
    """What a receiver gets: `{"id","event","created_at","workspace_id","sequence","data"}`."""
    return json.dumps_text(event.model_dump(exclude=_INTERNAL))
