"""Explanation why the next step of an enrollment is not carried out yet, and when it can be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from outrider.campaigns.dispatch import windows
from outrider.campaigns.dispatch.daily_limits import DailyLimits
from outrider.campaigns.enrollments import branching, ids
from outrider.campaigns.errors import EnrollmentNotFound
from outrider.campaigns.models import Enrollment, StepJob
from outrider.kit import clock
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.models import GateName
from outrider.messages.schemas import ClosedGate, Explanation, StepToCome
from outrider.messages.sending import gates
from outrider.messages.sending.exclusive import Rivals
from outrider.messages.sending.gates import Closed
from outrider.messages.sending.last_check import RestrictionsReader
from outrider.messages.sending.snapshot import SendingMailbox, Snapshot, SnapshotReader, Supply

_RESERVED: frozenset[GateName] = frozenset({"mailbox_cap", "campaign_limit", "company_limit"})
"""Gates that a queued step has already passed: its share of the caps is reserved."""


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explainer for the enrollments of one campaign."""

    reader: SnapshotReader
    rivals: Rivals
    standing: RestrictionsReader
    mailboxes: MailboxRepository
    limits: DailyLimits

    def explain(self, enrollment: Enrollment) -> Explanation:
        """Return the enrollment's current state and every closed gate. Raises StoreFailed if
        DynamoDB fails."""
        now = clock.now()
        seen = self._with_last_check(self._read(enrollment), enrollment, now)
        step = seen.step(enrollment.step_id)
        closed: Sequence[Closed] = []
        to_come = None
        if step is None or enrollment.is_over:
            closed = sorted(gates.running(seen, enrollment), key=_ended_first)
        else:
            closed = list(gates.closed(seen, enrollment, step, now))
            if enrollment.slot(now):
                closed = [gate for gate in closed if gate.gate not in _RESERVED]
            unmet = branching.unmet(step, enrollment, seen.settings)
            to_come = StepToCome(
                id=step.id, channel=step.channel, condition=step.condition, skipped_because=unmet
            )
        earliest = _earliest(seen, enrollment, closed, now)
        can_come = to_come is not None and to_come.skipped_because is None
        return Explanation(
            enrollment_id=enrollment.id,
            campaign_id=enrollment.campaign_id,
            contact_id=enrollment.contact_id,
            status=enrollment.state,
            blocked_reason=enrollment.blocked_reason,
            exit_reason=enrollment.exit_reason,
            step=to_come,
            due_at=enrollment.comes_at,
            gates=[_shown(gate) for gate in closed],
            earliest_send_at=clock.to_text(earliest) if earliest and can_come else None,
        )

    def _read(self, enrollment: Enrollment) -> Snapshot:
        return self.reader.read(StepJob.of(self.reader.campaigns.workspace, enrollment))

    def _with_last_check(self, seen: Snapshot, enrollment: Enrollment, now: datetime) -> Snapshot:
        """Return the snapshot with what the worker would read after the claim, and the sending
        capacity."""
        if seen.contact is None or seen.campaign is None:
            return seen
        pool = seen.campaign.mailbox_pool
        seen = self.standing.read(seen, enrollment)
        day, company = now.astimezone(UTC).date(), enrollment.company_key
        used = self.limits.usage(day, [company] if company else [])
        senders = self._senders(seen, pool, day)
        supply = Supply(
            senders=senders,
            used_by_campaign=used.campaign,
            used_by_company=used.companies.get(company, 0) if company else 0,
        )
        rivals = self.rivals.of(enrollment) if seen.settings.exclusive else []
        first = senders[0].mailbox if senders else None
        return replace(seen, supply=supply, rivals=rivals, mailbox=seen.mailbox or first)

    def _senders(self, seen: Snapshot, pool: str, day: date) -> list[SendingMailbox]:
        """Return the enrollment's own mailbox, or all mailboxes of the pool if it has none."""
        mailboxes = [seen.mailbox] if seen.mailbox else self.mailboxes.of_pool(pool)
        usage = self.mailboxes.usage([mailbox.id for mailbox in mailboxes], day)
        return [SendingMailbox(mailbox, usage[mailbox.id].used) for mailbox in mailboxes]


@dataclass(frozen=True, slots=True)
class ExplainService:
    explainer: Callable[[str], Explainer]

    def explain(self, enrollment_id: str) -> Explanation:
        """Return the explanation of the enrollment. Raises EnrollmentNotFound."""
        named = ids.parts(enrollment_id)
        if named is None:
            raise EnrollmentNotFound
        campaign_id, contact_id = named
        explainer = self.explainer(campaign_id)
        enrollment = explainer.reader.enrollments.get(contact_id)
        if enrollment is None:
            raise EnrollmentNotFound
        return explainer.explain(enrollment)


def _earliest(
    seen: Snapshot, enrollment: Enrollment, closed: Sequence[Closed], now: datetime
) -> datetime | None:
    """Return the earliest time at which the step can be sent, or None if a person must act first. A
    queued step is sent at its slot; any other not before the campaign's clock wakes."""
    moments = [now]
    if slot := enrollment.slot(now):
        moments.append(slot)
    else:
        wakes_at = seen.campaign.wakes_at if seen.campaign else ""
        moments += [clock.from_text(at) for at in (wakes_at, enrollment.due_at) if at]
    for gate in closed:
        if gate.until is None:
            return None
        moments.append(gate.until)
    return windows.earliest(max(moments), seen.settings, enrollment.timezone)


def _ended_first(gate: Closed) -> bool:
    """Return the sort key that puts the enrollment's own gate first."""
    return gate.gate != "enrollment"


def _shown(gate: Closed) -> ClosedGate:
    return ClosedGate(
        gate=gate.gate,
        reason=gate.reason,
        remedy=gate.remedy,
        until=clock.to_text(gate.until) if gate.until else None,
    )
