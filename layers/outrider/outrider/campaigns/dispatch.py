"""One round of a campaign's clock: plan what is due, queue it, say when to come again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from outrider.access.models import Caller
from outrider.campaigns.audience import AudienceWatch
from outrider.campaigns.due_places import LANES, PLAIN
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.models import ROUND, Audience, Campaign
from outrider.campaigns.repository import CampaignRepository, audience
from outrider.campaigns.rounds import Queued, Result, RoundService
from outrider.kit import clock
from outrider.kit.attributes import Item
from outrider.kit.dynamo import TransactionFailed, transact
from outrider.sequences.service import SequenceService

MAX_ROUNDS = 500
_SHORTEST_WAIT = timedelta(seconds=2)
_INDEX_LAG = timedelta(seconds=5)
"""When to look again for enrollments that are counted and not yet in the index."""

_ENROLLING = timedelta(seconds=15)
"""When to look again for the first of an audience."""

_NOBODY = Audience(total=0, active=0, completed=0, paused=0, bounced=0, failed=0)


class Round(BaseModel):
    """What the state machine passes to a round: `run` numbers the execution, `round` its rounds;
    `queued` mails lie in the queue until `queued_until`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: str
    campaign_id: str
    run: int
    round: int
    queued: int = 0
    queued_until: str | None = None

    @property
    def ahead(self) -> Queued:
        until = clock.from_text(self.queued_until) if self.queued_until else None
        return Queued(self.queued, until)

    def after(self, queued: Queued) -> dict[str, Any]:
        """The round that comes after this one."""
        return {
            **self.model_dump(),
            "round": self.round + 1,
            "queued": queued.mails,
            "queued_until": clock.to_text(queued.until) if queued.until else None,
        }


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
    sequences: SequenceService
    rounds: RoundService
    audience: AudienceWatch

    def dispatch(self, this: Round) -> NextRound:
        campaign = self.campaigns.get(this.campaign_id)
        if campaign is None or campaign.status != "active":
            return _stop(this)
        if this.round >= MAX_ROUNDS:
            return self._hand_over(this, campaign)
        if campaign.run != this.run:
            return _stop(this)
        now = clock.now()
        done = self.rounds.carry_out(campaign, now, this.ahead)
        self.audience.see_to(campaign)
        wait_until = self._next_moment(campaign, now, done)
        if wait_until is None:
            return _stop(this)
        if not self.campaigns.expect_round(campaign, wait_until):
            return _stop(this)
        return NextRound(
            **this.after(done.queued),
            next="wait",
            wait_until=clock.to_text(wait_until),
        )

    def _next_moment(self, campaign: Campaign, now: datetime, done: Result) -> datetime | None:
        """When the next step comes up, at most a round from now; None when nobody was left and the
        campaign is completed."""
        coming = now if done.again else self._next_due(campaign, done)
        if coming is not None:
            return max(now + _SHORTEST_WAIT, min(coming, now + ROUND))
        if done.full:
            return now + ROUND
        found = self.campaigns.get_with_counts(campaign.id)
        counts = audience(found[1]) if found else _NOBODY
        if counts.active:
            return now + _INDEX_LAG
        if campaign.enrolling:
            return now + _ENROLLING
        nobody_yet = not counts.total and not campaign.has_audience
        stays = campaign.settings.keep_running or counts.paused or nobody_yet
        return now + ROUND if stays or not found or not self._complete(*found) else None

    def _next_due(self, campaign: Campaign, done: Result) -> datetime | None:
        """When something comes up that could not be looked at in this round."""
        lanes = [lane for lane in LANES if lane not in done.full]
        if not done.nothing_due:
            return self.enrollments.next_due(campaign, lanes)
        coming = self.enrollments.next_due(campaign, (PLAIN,))
        return min(filter(None, (coming, done.coming)), default=None)

    def _complete(self, campaign: Campaign, shards: Sequence[Item]) -> bool:
        """The end of the campaign, and of its sequence if it leads that, when nobody came since its
        counts were read. A second worker finds it done: then too nothing is left to do."""
        names = {"campaign_id": campaign.id, "sequence_id": campaign.sequence_id}
        completed = self.caller.event("campaign.completed", identity=_identity(campaign), **names)
        before = []
        if campaign.leads_sequence:
            finished = self.caller.event("sequence.finished", identity=_identity(campaign), **names)
            before.append(self.sequences.finished(campaign.sequence_id, [finished]))
        try:
            transact(*before, *self.campaigns.complete(campaign, shards, [completed]))
        except TransactionFailed as failure:
            return failure.reasons[len(before)].failed
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


def _identity(campaign: Campaign) -> str:
    """Of its end: one that is completed may run again, and end again."""
    return f"{campaign.id}/{campaign.version}"


def _stop(this: Round) -> NextRound:
    return NextRound(**this.model_dump(), next="stop")
