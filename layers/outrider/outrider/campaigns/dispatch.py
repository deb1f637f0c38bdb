"""One round of a campaign's clock: plan what is due, queue it, say when to come again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from outrider.access.models import Caller
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.models import ROUND, STEP_LEASE, Audience, Campaign, Enrollment, StepJob
from outrider.campaigns.planner import Capacity, Planned, plan
from outrider.campaigns.repository import CampaignRepository, audience
from outrider.kit import clock, parallel
from outrider.kit.attributes import Item
from outrider.kit.dynamo import TransactionFailed, transact
from outrider.kit.queues import Queue, QueueMessage
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository, Usage
from outrider.sequences.service import SequenceService

MAX_ROUNDS = 500
MAX_STEPS = 500
_PLAN_ATTEMPTS = 3
_SHORTEST_WAIT = timedelta(seconds=2)
_INDEX_LAG = timedelta(seconds=5)
"""When to look again for enrollments that are counted and not yet in the index."""

_NOBODY = Audience(total=0, active=0, completed=0, paused=0, bounced=0, failed=0)


class Round(BaseModel):
    """What the state machine passes to a round: `run` numbers the execution, `round` its rounds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: str
    campaign_id: str
    run: int
    round: int


class NextRound(Round):
    """What a round answers. The state machine waits until `wait_until`, ends, or starts the
    execution `successor_name`."""

    next: Literal["wait", "stop", "successor"]
    wait_until: str | None = None
    successor_name: str | None = None


def execution_name(campaign_id: str, run: int) -> str:
    """The same run has the same name, so starting it twice starts it once."""
    return f"{campaign_id}-{run}"


@dataclass(frozen=True, slots=True)
class DispatchService:
    caller: Caller
    campaigns: CampaignRepository
    enrollments: EnrollmentRepository
    mailboxes: MailboxRepository
    sequences: SequenceService
    steps: Queue

    def dispatch(self, this: Round) -> NextRound:
        campaign = self.campaigns.get(this.campaign_id)
        if campaign is None or campaign.status != "active":
            return _stop(this)
        if this.round >= MAX_ROUNDS:
            return self._hand_over(this, campaign)
        if campaign.run != this.run:
            return _stop(this)
        now = clock.now()
        wait_until = self._carry_out(campaign, now) or self._next_moment(campaign, now)
        if wait_until is None:
            return _stop(this)
        if not self.campaigns.expect_round(campaign, wait_until):
            return _stop(this)
        return NextRound(
            **this.model_dump(exclude={"round"}),
            round=this.round + 1,
            next="wait",
            wait_until=clock.to_text(wait_until),
        )

    def _carry_out(self, campaign: Campaign, now: datetime) -> datetime | None:
        """Queue what is due in this round. Gives when to come again if there may be more."""
        page = self.enrollments.due(campaign, now + ROUND, MAX_STEPS)
        due = [enrollment for enrollment in page if not enrollment.in_flight(now)]
        if not due:
            return None
        planned = self._plan(campaign, now, due)
        moved = parallel.each(self._move, planned)
        jobs = [
            QueueMessage(
                body=self._job(campaign, one).model_dump(),
                delay_seconds=round((one.send_at - now).total_seconds()),
            )
            for one, ours in zip(planned, moved, strict=True)
            if ours and one.mailbox_id
        ]
        self.steps.send(jobs)
        return now + _SHORTEST_WAIT if len(page) == MAX_STEPS or not planned else None

    def _plan(
        self, campaign: Campaign, now: datetime, due: Sequence[Enrollment]
    ) -> Sequence[Planned]:
        """The plan, its slots reserved; nothing when other campaigns keep getting in between."""
        mailboxes = self.mailboxes.of_pool(campaign.mailbox_pool)
        gaps = {mailbox.id: timedelta(seconds=mailbox.min_gap_seconds) for mailbox in mailboxes}
        for _ in range(_PLAN_ATTEMPTS):
            usage = self.mailboxes.usage(gaps, now.date())
            planned = plan(now, now + ROUND, _capacities(mailboxes, usage, now), due)
            last = {one.mailbox_id: one.send_at for one in planned if one.mailbox_id}
            if all(
                self.mailboxes.reserve(
                    mailbox_id, usage[mailbox_id].free_at, clock.to_text(slot + gaps[mailbox_id])
                )
                for mailbox_id, slot in last.items()
                if gaps[mailbox_id]
            ):
                return planned
        return []

    def _move(self, planned: Planned) -> bool:
        """Move the due time behind the slot, so that a step whose job is lost comes up again."""
        until = planned.send_at + STEP_LEASE if planned.mailbox_id else planned.send_at
        return self.enrollments.postpone(planned.enrollment, until, planned.reason)

    def _job(self, campaign: Campaign, planned: Planned) -> StepJob:
        enrollment = planned.enrollment
        return StepJob(
            workspace=self.caller.workspace,
            campaign_id=campaign.id,
            contact_id=enrollment.contact_id,
            sequence_id=enrollment.sequence_id,
            steps_version=enrollment.steps_version,
            generation=enrollment.generation,
            step_id=enrollment.step_id or "",
            mailbox_id=planned.mailbox_id or "",
        )

    def _next_moment(self, campaign: Campaign, now: datetime) -> datetime | None:
        """When the next step comes up, at most a round from now; None when nobody was left and the
        campaign is completed."""
        coming = self.enrollments.next_due(campaign)
        if coming is not None:
            return max(now + _SHORTEST_WAIT, min(coming, now + ROUND))
        found = self.campaigns.get_with_counts(campaign.id)
        counts = audience(found[1]) if found else _NOBODY
        if counts.active or campaign.enrolling:
            return now + _INDEX_LAG
        stays = campaign.settings.keep_running or counts.paused or not counts.total
        return now + ROUND if stays or not found or not self._complete(*found) else None

    def _complete(self, campaign: Campaign, shards: Sequence[Item]) -> bool:
        """The end of the campaign, and of its sequence if it leads that, when nobody came since its
        counts were read. A second worker finds it done: then too nothing is left to do."""
        names = {"campaign_id": campaign.id, "sequence_id": campaign.sequence_id}
        completed = self.caller.event("campaign.completed", identity=campaign.id, **names)
        actions = [*self.campaigns.complete(campaign, shards, [completed])]
        if campaign.leads_sequence:
            finished = self.caller.event("sequence.finished", identity=campaign.id, **names)
            actions.append(self.sequences.finished(campaign.sequence_id, [finished]))
        try:
            transact(*actions)
        except TransactionFailed as failure:
            return failure.reasons[0].failed
        return True

    def _hand_over(self, this: Round, campaign: Campaign) -> NextRound:
        """Hand over to a new execution. Asked again after a crash, the answer is the same."""
        if campaign.run == this.run:
            self.campaigns.begin_run(campaign)
        elif campaign.run != this.run + 1:
            return _stop(this)
        return NextRound(
            **this.model_dump(),
            next="successor",
            successor_name=execution_name(this.campaign_id, this.run + 1),
        )


def _capacities(
    mailboxes: Sequence[Mailbox], usage: Mapping[str, Usage], now: datetime
) -> list[Capacity]:
    return [
        Capacity(
            mailbox_id=mailbox.id,
            left=mailbox.cap_on(now.date()) - usage[mailbox.id].used,
            min_gap=timedelta(seconds=mailbox.min_gap_seconds),
            free_at=clock.from_text(free_at) if (free_at := usage[mailbox.id].free_at) else now,
        )
        for mailbox in mailboxes
    ]


def _stop(this: Round) -> NextRound:
    return NextRound(**this.model_dump(), next="stop")
