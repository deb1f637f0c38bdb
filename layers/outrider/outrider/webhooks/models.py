"""Models of webhooks, endpoint states, deliveries, attempts and replays."""

from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict

from outrider.events.models import RecordedEvent
from outrider.kit import json
from outrider.kit.models import Model

_INTERNAL = {"mode", "actor", "request_id", "recorded_at"}

DisabledReason = Literal["gone", "asked", "failing", "paused"]
"""Reason why a webhook is disabled: it answered 410 (`gone`), it asked in a response header
(`asked`), it had no success for five days (`failing`), or the API disabled it (`paused`)."""
Kind = Literal["scheduled", "probe", "replay", "redelivery"]
"""Trigger of an attempt."""
Directive = Literal["disable", "abort-message"]
"""Values of the response header `webhook-delivery` with which an endpoint can steer deliveries."""
State = Literal["pending", "delivered", "failed"]


class Webhook(Model):
    """A customer's endpoint and the events that it subscribes to."""

    model_config = ConfigDict(frozen=True)

    id: str
    url: str
    events: list[str]
    description: str | None = None
    status: Literal["enabled", "disabled"] = "enabled"
    disabled_reason: DisabledReason | None = None
    disabled_at: str | None = None
    previous_until: str | None = None
    """End of the overlap in which the secret before the last rotation signs too."""
    created_at: str
    updated_at: str
    version: int = 1


class LastAttempt(Model):
    model_config = ConfigDict(frozen=True)

    at: str
    event_id: str
    status_code: int | None = None
    error: str | None = None
    latency_ms: int


class EndpointState(Model):
    """Health and requests in flight of an endpoint. It is an item of its own, since each attempt
    changes it.

    `in_flight` has the deliveries being attempted and the ends of their leases (epoch ms).
    `failures` counts consecutive failures, since `failing_since`. `not_before` is the end of a
    pause that the endpoint asked for. `pump_until` is the lease of the pump that drains the
    backlog. Attempts that were in flight at `reset_at` no longer affect the health.
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
        """Return the state as if the endpoint had never failed."""
        cleared = {"failures": 0, "failing_since": None, "not_before": None, "pump_until": None}
        return self.model_copy(update=cleared)


class Delivery(Model):
    """Delivery of one event to one webhook. `payload` is the text that is signed and sent; it never
    changes.

    `tries` counts the attempts of the retry schedule, `attempts` all requests, including probes. A
    pending delivery is due at `next_attempt_at`.
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
    """Kind of its attempts, except for probes, which are attempts of kind `probe`."""
    replay_id: str | None = None


class Attempt(Model):
    """One request of a delivery. `error` is null if the endpoint accepted it, else `dns`,
    `blocked_address`, `connect`, `tls`, `timeout`, `protocol`, `invalid_url`, or `http_4xx` and the
    like; `answer` is the first KiB of the response body. A `probe` tests whether an endpoint that
    failed has recovered."""

    model_config = ConfigDict(frozen=True)

    attempt: int
    at: str
    kind: Kind
    status_code: int | None = None
    error: str | None = None
    detail: str | None = None
    latency_ms: int
    answer: str = ""


class DeliveryJob(Model):
    """Queue message: attempt the delivery if it is due. `looks` is how many more times it may wait
    for a free slot of its endpoint."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["attempt"] = "attempt"
    workspace: str
    webhook_id: str
    delivery_id: str
    looks: int = 0


class ProbeJob(Model):
    """Queue message: probe an endpoint whose circuit breaker is open, with its oldest pending
    delivery, if a probe is due."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["probe"] = "probe"
    workspace: str
    webhook_id: str


class PumpJob(Model):
    """Queue message: drain the backlog of an endpoint, from the beginning or after the cursor
    `after`.

    `lease` must equal the endpoint state's `pump_until` for the pump to continue; without it a new
    pump starts. After a full walk over the backlog the pump waits `rest` seconds, twice as long
    each time that the `oldest` delivery is unchanged.
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


class ReplayJob(Model):
    """Queue message: start or continue a replay."""

    model_config = ConfigDict(frozen=True)

    workspace: str
    webhook_id: str
    replay_id: str


class Replay(Model):
    """Repeated delivery of a webhook's events that were recorded from `since` (inclusive) to
    `until` (exclusive), optionally only those that `events` names. With a `delivery_status`, only
    events whose delivery has that status.

    `looked_at` counts the events read so far, up to those recorded at `reached`; `matched` those
    queued for delivery. The replay is `completed` when all are queued: the outcomes are in the
    delivery log.
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
    """Outcome of one request. `error` is `dns`, `blocked_address`, `connect`, `tls`, `timeout`,
    `protocol`, `http_3xx`, `http_4xx`, …, or None if the event was delivered."""

    latency_ms: int
    status_code: int | None = None
    answer: str = ""
    """First KiB of the response body."""
    error: str | None = None
    detail: str | None = None
    retry_after: int | None = None
    """Seconds in the Retry-After header of a 429 or 503, at most a day."""
    directive: Directive | None = None

    @property
    def delivered(self) -> bool:
        return self.error is None


def payload_of(event: RecordedEvent) -> str:
    """Return the request body: `{"id","event","created_at","workspace_id","sequence","data"}`."""
    return json.dumps_text(event.model_dump(exclude=_INTERNAL))
