"""Attempts: one request each, recorded, and what follows from it set going."""

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
    NoPlace,
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
"""Seconds, before the last look and those before it."""
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A request that was made, and how it is to be recorded."""

    due: Due
    gate: EndpointState
    """As it was when the place was taken."""
    kind: Kind
    outcome: AttemptOutcome
    at: datetime
    after: Delivery
    health: Health
    disabled: DisabledReason | None
    hold: datetime | None
    overtaken: bool = False
    """Another attempt of the delivery was recorded meanwhile."""


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Delivers the events of one workspace."""

    workspace: WorkspaceId
    webhooks: WebhookRepository
    gates: EndpointStateRepository
    deliveries: DeliveryRepository
    safe: Safe
    sender: WebhookSender
    timers: Timers
    pump: Pump

    def attempt(self, job: DeliveryJob) -> None:
        """Carry out an attempt of a delivery that is due. While its endpoint takes none the
        delivery stays where it waits, and nothing is written."""
        due = self.deliveries.get(job.webhook_id, job.delivery_id)
        if due is None or due.delivery.state != "pending" or due.to.webhook.status != "enabled":
            return
        now = clock.now()
        if _waits_for(due.delivery) > now:
            # The worker that made the last attempt may have ended before it queued the next.
            self._come_back(due.delivery)
        elif breaker.verdict(due.to.gate, now) == "closed":
            self._carry_out(due, due.delivery.kind, job)

    def probe(self, job: ProbeJob) -> None:
        """Attempt what has waited longest for an open endpoint, if that is due."""
        stored = self.webhooks.get(job.webhook_id)
        if stored is None or stored.webhook.status != "enabled":
            return
        at = breaker.probe_at(stored.gate, job.webhook_id)
        early = at - clock.now() if at else None
        if early is None or early > SKEW:
            return  # another job comes then
        if at and early > timedelta():
            self.timers.at(at, job)
            return
        for waiting in self.deliveries.waiting_for(job.webhook_id, None, None, _LOOKED_AT):
            due = self.deliveries.get(job.webhook_id, waiting.delivery_id)
            if due and due.delivery.state == "pending":  # the index may be behind
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
        except NoPlace as refusal:
            if refusal.why == "full" and job:
                self._stand_in_line(job, refusal.gate)
            return
        outcome = self.sender.send(webhook.url, keys, delivery.event_id, delivery.payload)
        made = _judged(due, gate, kind, outcome)
        recorded = self._record(made)
        released = self.gates.release(webhook.id, delivery.id, place, _ended(made))
        if recorded is None or recorded.disabled:
            return
        if recorded.after.state == "pending" and kind != "probe" and not recorded.overtaken:
            self._come_back(recorded.after)
        if released:
            self._follow(recorded, released)

    def _stand_in_line(self, job: DeliveryJob, gate: EndpointState) -> None:
        """A burst is over in seconds. What finds no place then either waits for the pump."""
        if job.looks:
            following = job.model_copy(update={"looks": job.looks - 1})
            self.timers.now(following, _UNTIL_NEXT_LOOK[-job.looks])
        else:
            self.pump.start(job.webhook_id, gate)

    def _record(self, made: _Attempt) -> _Attempt | None:
        """One transaction: delivery, log, and the webhook if it is disabled. Gives what was
        recorded; None when the delivery is gone."""
        webhook_id = made.due.to.webhook.id
        at = clock.to_text(made.at)
        for _ in range(_ROUNDS):
            actions = [
                self.deliveries.move_action(made.due.delivery, made.after),
                self.deliveries.log_action(made.after, made.outcome, made.kind, at),
            ]
            if made.disabled:
                event = Caller.engine(self.workspace).event(
                    "webhook.disabled", webhook_id=webhook_id, reason=made.disabled
                )
                since = made.gate.failing_since if made.disabled == "failing" else None
                actions += [
                    self.webhooks.disable_action(webhook_id, made.disabled, at, event),
                    self.gates.check_unchanged_action(webhook_id, made.due.to.gate.reset_at, since),
                ]
            try:
                transact(*actions)
            except TransactionFailed as failure:
                delivery, *_ = failure.reasons
                if not delivery.failed:
                    made = replace(made, disabled=None)  # it is already, or was enabled since
                elif delivery.item is None:
                    return None
                else:
                    made = _beside(made, Delivery.model_validate(delivery.item))
            else:
                if made.after.state == "failed" and made.due.delivery.state == "pending":
                    metrics.count("DeliveriesFailed")
                return made
        raise Contended("The delivery is being changed by others")

    def _follow(self, made: _Attempt, released: Released) -> None:
        webhook_id = made.due.to.webhook.id
        if released.closes:
            self.pump.start(webhook_id)
        probe_at = breaker.probe_at(released.gate, webhook_id)
        if probe_at:
            probe = ProbeJob(workspace=self.workspace, webhook_id=webhook_id)
            self.timers.at(probe_at, probe)
        elif made.hold:
            pump = PumpJob(workspace=self.workspace, webhook_id=webhook_id)
            self.timers.at(made.hold, pump)

    def _come_back(self, delivery: Delivery) -> None:
        job = DeliveryJob(
            workspace=self.workspace, webhook_id=delivery.webhook_id, delivery_id=delivery.id
        )
        self.timers.at(_waits_for(delivery), job)


def _judged(due: Due, gate: EndpointState, kind: Kind, outcome: AttemptOutcome) -> _Attempt:
    """What an outcome means for the delivery and its endpoint."""
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
        # Behind all others that wait, so probes take turns.
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
        # An endpoint that refuses a message by name is in good health.
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


def _beside(made: _Attempt, found: Delivery) -> _Attempt:
    """The attempt of a worker that was overtaken by another of the same delivery: the log has its
    request, and the delivery stays as the other left it, unless this one has brought it."""
    changes: dict[str, object] = {"attempts": found.attempts + 1}
    if made.outcome.delivered:
        changes |= {"state": "delivered", "next_attempt_at": None}
    after = found.model_copy(update=changes)
    return replace(made, due=Due(found, made.due.to), after=after, overtaken=True)


def _reason(
    outcome: AttemptOutcome, gate: EndpointState, health: Health, now: datetime
) -> DisabledReason | None:
    """Why the endpoint is disabled, if it is."""
    if outcome.status_code == _GONE:
        return "gone"
    if outcome.directive == "disable":
        return "asked"
    return "failing" if health == "failure" and breaker.gives_up(gate, now) else None


def _ended(made: _Attempt) -> Ended:
    last = LastAttempt(
        at=clock.to_text(made.at),
        event_id=made.due.delivery.event_id,
        status_code=made.outcome.status_code,
        error=made.outcome.error,
        latency_ms=made.outcome.latency_ms,
    )
    reset_at = made.due.to.gate.reset_at
    return Ended(made.health, last, made.hold, breaker.is_open(made.gate), reset_at)


def _waits_for(delivery: Delivery) -> datetime:
    return clock.from_text(delivery.next_attempt_at or delivery.created_at)
