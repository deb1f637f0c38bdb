"""Delivery worker: makes one request per attempt, records the outcome and schedules what
follows."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from outrider.access.models import Caller, WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.kit.aws.kms import Safe
from outrider.kit.errors import Contended
from outrider.kit.observability import metrics
from outrider.webhooks.deliveries.backlog import Pump
from outrider.webhooks.deliveries.repository import DeliveryRepository, Due
from outrider.webhooks.deliveries.retry_schedule import delay_after
from outrider.webhooks.deliveries.sender import WebhookSender
from outrider.webhooks.deliveries.timers import SKEW, Timers
from outrider.webhooks.endpoints import breaker
from outrider.webhooks.endpoints.endpoint_state import (
    Ended,
    EndpointStateRepository,
    Health,
    NoSlot,
    Released,
)
from outrider.webhooks.endpoints.repository import WebhookRepository
from outrider.webhooks.models import (
    AttemptOutcome,
    Delivery,
    DeliveryJob,
    DisabledReason,
    EndpointState,
    Kind,
    LastAttempt,
    ProbeJob,
    PumpJob,
)

_GONE = 410
_LOOKED_AT = 5
_UNTIL_NEXT_LOOK = (1, 2, 4)
"""Seconds before the first, second and last retry for a free slot."""
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An attempt after its request, with the changes to record."""

    due: Due
    gate: EndpointState
    """State of the endpoint when the slot was acquired."""
    kind: Kind
    outcome: AttemptOutcome
    at: datetime
    after: Delivery
    health: Health
    disabled: DisabledReason | None
    hold: datetime | None
    overtaken: bool = False
    """Whether another attempt of the same delivery was recorded meanwhile."""


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Delivery worker of one workspace."""

    workspace: WorkspaceId
    webhooks: WebhookRepository
    gates: EndpointStateRepository
    deliveries: DeliveryRepository
    safe: Safe
    sender: WebhookSender
    timers: Timers
    pump: Pump

    def attempt(self, job: DeliveryJob) -> None:
        """Attempt a delivery that is due. If the circuit breaker of its endpoint is open or the
        endpoint asked for a pause, write nothing: the delivery stays in the backlog. Raises
        Contended if the delivery keeps changing while the attempt is recorded."""
        due = self.deliveries.get(job.webhook_id, job.delivery_id)
        if due is None or due.delivery.state != "pending" or due.to.webhook.status != "enabled":
            return
        now = clock.now()
        if _due_at(due.delivery) > now:
            # The worker of the last attempt may have died before it queued the next one.
            self._queue_next_attempt(due.delivery)
        elif breaker.verdict(due.to.gate, now) == "closed":
            self._carry_out(due, due.delivery.kind, job)

    def probe(self, job: ProbeJob) -> None:
        """Probe an endpoint whose circuit breaker is open, with its oldest pending delivery, if the
        probe is due. Raises Contended if the delivery keeps changing while the attempt is
        recorded."""
        stored = self.webhooks.get(job.webhook_id)
        if stored is None or stored.webhook.status != "enabled":
            return
        at = breaker.probe_at(stored.gate, job.webhook_id)
        early = at - clock.now() if at else None
        if early is None or early > SKEW:
            return  # a later job probes at that time
        if at and early > timedelta():
            self.timers.at(at, job)
            return
        for waiting in self.deliveries.waiting_for(job.webhook_id, None, None, _LOOKED_AT):
            due = self.deliveries.get(job.webhook_id, waiting.delivery_id)
            if due and due.delivery.state == "pending":  # the index is eventually consistent
                self._carry_out(Due(due.delivery, stored), "probe", None)
                return

    def _carry_out(self, due: Due, kind: Kind, job: DeliveryJob | None) -> None:
        webhook, delivery = due.to.webhook, due.delivery
        keys = [self.safe.open(webhook.id, locked) for locked in due.to.signing]
        try:
            if kind == "probe":
                place, gate = self.gates.take_probe(webhook.id, delivery.id, due.to.gate)
            else:
                place, gate = self.gates.take(webhook.id, delivery.id)
        except NoSlot as refusal:
            if refusal.why == "full" and job:
                self._retry_when_full(job, refusal.gate)
            return
        outcome = self.sender.send(webhook.url, keys, delivery.event_id, delivery.payload)
        attempt = _judged(due, gate, kind, outcome)
        recorded = self._record(attempt)
        released = self.gates.release(webhook.id, delivery.id, place, _ended(attempt))
        if recorded is None or recorded.disabled:
            return
        if recorded.after.state == "pending" and kind != "probe" and not recorded.overtaken:
            self._queue_next_attempt(recorded.after)
        if released:
            self._follow(recorded, released)

    def _retry_when_full(self, job: DeliveryJob, gate: EndpointState) -> None:
        """Retry in a few seconds, since most bursts are over by then; after the last retry leave
        the delivery in the backlog and start its drain."""
        if job.looks:
            following = job.model_copy(update={"looks": job.looks - 1})
            self.timers.now(following, _UNTIL_NEXT_LOOK[-job.looks])
        else:
            self.pump.start(job.webhook_id, gate)

    def _record(self, attempt: _Attempt) -> _Attempt | None:
        """Record the attempt in one transaction: the delivery, its log, and the webhook if it gets
        disabled. Return what was recorded, or None if the delivery no longer exists."""
        webhook_id = attempt.due.to.webhook.id
        at = clock.to_text(attempt.at)
        for _ in range(_ROUNDS):
            actions = [
                self.deliveries.move_action(attempt.due.delivery, attempt.after),
                self.deliveries.log_action(attempt.after, attempt.outcome, attempt.kind, at),
            ]
            if attempt.disabled:
                event = Caller.engine(self.workspace).event(
                    "webhook.disabled", webhook_id=webhook_id, reason=attempt.disabled
                )
                since = attempt.gate.failing_since if attempt.disabled == "failing" else None
                actions += [
                    self.webhooks.disable_action(webhook_id, attempt.disabled, at, event),
                    self.gates.check_unchanged_action(
                        webhook_id, attempt.due.to.gate.reset_at, since
                    ),
                ]
            try:
                transact(*actions)
            except TransactionFailed as failure:
                delivery, *_ = failure.reasons
                if not delivery.failed:
                    attempt = replace(
                        attempt, disabled=None
                    )  # disabled already, or enabled meanwhile
                elif delivery.item is None:
                    return None
                else:
                    attempt = _after_overtaking(attempt, Delivery.model_validate(delivery.item))
            else:
                if attempt.after.state == "failed" and attempt.due.delivery.state == "pending":
                    metrics.count("DeliveriesFailed")
                return attempt
        raise Contended("The delivery is being changed by others")

    def _follow(self, attempt: _Attempt, released: Released) -> None:
        webhook_id = attempt.due.to.webhook.id
        if released.closes:
            self.pump.start(webhook_id)
        probe_at = breaker.probe_at(released.gate, webhook_id)
        if probe_at:
            probe = ProbeJob(workspace=self.workspace, webhook_id=webhook_id)
            self.timers.at(probe_at, probe)
        elif attempt.hold:
            pump = PumpJob(workspace=self.workspace, webhook_id=webhook_id)
            self.timers.at(attempt.hold, pump)

    def _queue_next_attempt(self, delivery: Delivery) -> None:
        job = DeliveryJob(
            workspace=self.workspace, webhook_id=delivery.webhook_id, delivery_id=delivery.id
        )
        self.timers.at(_due_at(delivery), job)


def _judged(due: Due, gate: EndpointState, kind: Kind, outcome: AttemptOutcome) -> _Attempt:
    """Return the attempt with the changes that its outcome means for the delivery and the
    endpoint."""
    now = clock.now()
    delivery = due.delivery
    given_up = outcome.directive == "abort-message"
    hold = now + timedelta(seconds=outcome.retry_after) if outcome.retry_after else None
    tries = delivery.tries + (kind != "probe")
    changes: dict[str, object] = {"attempts": delivery.attempts + 1, "tries": tries}
    if outcome.delivered or given_up:
        state = "delivered" if outcome.delivered else "failed"
        changes |= {"state": state, "next_attempt_at": None}
    elif kind == "probe":
        # To the end of the backlog, so that each probe takes another delivery.
        changes["next_attempt_at"] = clock.to_text(now)
    else:
        delay = delay_after(tries, delivery.id)
        following = None if delay is None else max(now + delay, hold or now)
        changes |= {
            "state": "pending" if following else "failed",
            "next_attempt_at": clock.to_text(following) if following else None,
        }
    if kind == "replay":
        health: Health = "same"
    else:
        # An endpoint that rejects one message (`abort-message`) is healthy.
        health = "success" if outcome.delivered or given_up else "failure"
    return _Attempt(
        due,
        gate,
        kind,
        outcome,
        now,
        delivery.model_copy(update=changes),
        health,
        _reason(outcome, gate, health, now),
        hold,
    )


def _after_overtaking(attempt: _Attempt, found: Delivery) -> _Attempt:
    """Return an overtaken attempt, rebased on the delivery as another attempt left it: its request
    is logged, and the delivery's state changes only if this attempt delivered it."""
    changes: dict[str, object] = {"attempts": found.attempts + 1}
    if attempt.outcome.delivered:
        changes |= {"state": "delivered", "next_attempt_at": None}
    after = found.model_copy(update=changes)
    return replace(attempt, due=Due(found, attempt.due.to), after=after, overtaken=True)


def _reason(
    outcome: AttemptOutcome, gate: EndpointState, health: Health, now: datetime
) -> DisabledReason | None:
    """Return why this outcome disables the endpoint, or None."""
    if outcome.status_code == _GONE:
        return "gone"
    if outcome.directive == "disable":
        return "asked"
    return "failing" if health == "failure" and breaker.gives_up(gate, now) else None


def _ended(attempt: _Attempt) -> Ended:
    last = LastAttempt(
        at=clock.to_text(attempt.at),
        event_id=attempt.due.delivery.event_id,
        status_code=attempt.outcome.status_code,
        error=attempt.outcome.error,
        latency_ms=attempt.outcome.latency_ms,
    )
    reset_at = attempt.due.to.gate.reset_at
    return Ended(attempt.health, last, attempt.hold, breaker.is_open(attempt.gate), reset_at)


def _due_at(delivery: Delivery) -> datetime:
    return clock.from_text(delivery.next_attempt_at or delivery.created_at)
