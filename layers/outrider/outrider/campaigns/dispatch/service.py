"""The clock of a campaign: carry a round out, and say when the next one comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from outrider.access.models import Caller
from outrider.campaigns.audience.runner import STANDS_STILL, AudienceWatch
from outrider.campaigns.dispatch.rounds import Result, RoundService
from outrider.campaigns.models import Audience, Campaign
from outrider.campaigns.repository import CampaignRepository, audience
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.sequences.service import SequenceService

MAX_ROUNDS = 500
SHORTEST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(days=30)
"""An execution may last a year."""

_LOOKS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5))
"""When to look again for what the clock was woken for, while the index does not show it."""

_LOST = timedelta(hours=1)
"""When to look again for enrollments that are counted, and have no place in the index."""

_NOBODY = Audience(total=0, active=0, completed=0, paused=0, bounced=0, failed=0)


class Round(BaseModel):
    """What the state machine passes to a round: `run` numbers the execution, `round` its rounds.
    `looks` counts those that found nothing since the clock was woken."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: str
    campaign_id: str
    run: int
    round: int
    looks: int = 0


class FirstRound(Round):
    """What an execution begins with: it waits until then."""

    wait_until: str


class NextRound(Round):
    """What a round answers. The state machine waits until `wait_until`, ends, or starts the
    execution `successor_name`."""

    next: Literal["wait", "stop", "successor"]
    wait_until: str = ""
    successor_name: str = ""
    queued: int = 0


def execution_name(campaign_id: str, run: int) -> str:
    """The same run has the same name, so starting it twice starts it once."""
    return f"{campaign_id}-{run}"


@dataclass(frozen=True, slots=True)
class DispatchService:
    caller: Caller
    campaigns: CampaignRepository
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
        done = self.rounds.carry_out(campaign, now)
        self.audience.resume_stalled(campaign)
        wait_until = self._next_moment(campaign, now, done, this.looks)
        if wait_until is None or not self.campaigns.expect_round(campaign, wait_until, done.held):
            return _stop(this)
        told = {
            "round": this.round + 1,
            "looks": len(_LOOKS) if done.queued else this.looks + 1,
        }
        return NextRound(
            **{**this.model_dump(), **told},
            next="wait",
            wait_until=clock.to_text(wait_until),
            queued=done.queued,
        )

    def _next_moment(
        self, campaign: Campaign, now: datetime, done: Result, looks: int
    ) -> datetime | None:
        """When there is something to do again, however far; None when nobody was left and the
        campaign is completed."""
        if done.again:
            return now + SHORTEST_WAIT
        moments = [now + _LONGEST_WAIT]
        if campaign.enrolling:
            moments.append(now + STANDS_STILL)
        if done.coming:
            moments.append(done.coming)
        if not done.queued:
            found = self.campaigns.get_with_counts(campaign.id)
            counts = audience(found[1]) if found else _NOBODY
            if not counts.active and not self._stays(campaign, counts):
                if not found or self._complete(*found):
                    return None
                return now + SHORTEST_WAIT
            if counts.active and not done.held and looks < len(_LOOKS):
                moments.append(now + _LOOKS[looks])
            elif counts.active and not done.coming:
                moments.append(now + _LOST)
        return max(now + SHORTEST_WAIT, min(moments))

    def _stays(self, campaign: Campaign, counts: Audience) -> bool:
        """Whether it goes on though nobody has a step to come."""
        nobody_yet = not counts.total and not campaign.has_audience
        keeps = campaign.settings.keep_running or campaign.enrolling
        return bool(keeps or counts.paused or nobody_yet)

    def _complete(self, campaign: Campaign, shards: Sequence[Item]) -> bool:
        """The end of the campaign, and of its sequence if it leads that, when nobody came since its
        counts were read. A second worker finds it done: then too nothing is left to do."""
        names = campaign.names()
        completed = self.caller.event("campaign.completed", identity=_identity(campaign), **names)
        before = []
        if campaign.leads_sequence:
            finished = self.caller.event("sequence.finished", identity=_identity(campaign), **names)
            before.append(self.sequences.finish_action(campaign.sequence_id, [finished]))
        try:
            transact(*before, *self.campaigns.complete_actions(campaign, shards, [completed]))
        except TransactionFailed as failure:
            return failure.reasons[len(before)].failed
        return True

    def _hand_over(self, this: Round, campaign: Campaign) -> NextRound:
        """Hand over to a new execution. Asked again after a crash, the answer is the same."""
        if campaign.run == this.run:
            self.campaigns.begin_run(campaign, clock.now())
        elif campaign.run != this.run + 1:
            return _stop(this)
        return NextRound(
            **this.model_dump(),
            next="successor",
            wait_until=clock.timestamp(),
            successor_name=execution_name(this.campaign_id, this.run + 1),
        )


def _identity(campaign: Campaign) -> str:
    """Of its end: one that is completed may run again, and end again."""
    return f"{campaign.id}/{campaign.version}"


def _stop(this: Round) -> NextRound:
    return NextRound(**this.model_dump(), next="stop")
