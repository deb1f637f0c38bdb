"""Dispatcher of a campaign: carries out one round and returns when the next one is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import ConfigDict

from outrider.access.models import Caller
from outrider.access.repository import WorkspaceRepository
from outrider.campaigns.audience.runner import STALLED_AFTER, AudienceWatch
from outrider.campaigns.dispatch.rounds import Result, RoundService
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository, audience
from outrider.campaigns.statistics.models import Audience
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.kit.models import Model
from outrider.sequences.service import SequenceService

MAX_ROUNDS = 500
SHORTEST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(days=30)
"""Longest wait between rounds; an execution of a standard state machine may last a year."""

_LOOKS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5))
"""Waits before the next rounds after a wake-up while the eventually consistent index shows nothing
due."""

_LOST = timedelta(hours=1)
"""Wait until the next round when enrollments are counted as active but not in the index."""

_SUSPENDED = timedelta(minutes=15)
"""Wait until the next round of a workspace that the operator has suspended."""

_NOBODY = Audience(total=0, active=0, completed=0, paused=0, bounced=0, failed=0)


class Round(Model):
    """Input of a round, passed by the state machine: `run` is the number of the execution, `round`
    that of the round within it. `looks` counts rounds since the wake-up that found nothing due."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: str
    campaign_id: str
    run: int
    round: int
    looks: int = 0


class FirstRound(Round):
    """Input of an execution, which waits until `wait_until` before its first round."""

    wait_until: str


class NextRound(Round):
    """Output of a round: the state machine waits until `wait_until`, stops, or starts the execution
    `successor_name`."""

    next: Literal["wait", "stop", "successor"]
    wait_until: str = ""
    successor_name: str = ""
    queued: int = 0


def execution_name(campaign_id: str, run: int) -> str:
    """Return the name of the execution of a run. It is the same for the same run, so Step Functions
    starts it only once."""
    return f"{campaign_id}-{run}"


@dataclass(frozen=True, slots=True)
class DispatchService:
    """Dispatcher of one campaign, called once for each round of its state machine."""

    caller: Caller
    workspaces: WorkspaceRepository
    campaigns: CampaignRepository
    sequences: SequenceService
    rounds: RoundService
    audience: AudienceWatch

    def dispatch(self, this: Round) -> NextRound:
        """Carry out the round and return its output. An execution of an older run, or of a campaign
        that is not active, stops. While the workspace is suspended, rounds do nothing."""
        campaign = self.campaigns.get(this.campaign_id)
        if campaign is None or campaign.status != "active":
            return _stop(this)
        if this.round >= MAX_ROUNDS:
            return self._hand_over(this, campaign)
        if campaign.run != this.run:
            return _stop(this)
        now = clock.now()
        done, wait_until = self._carry_out(campaign, now, this.looks)
        if wait_until is None or not self.campaigns.expect_round(campaign, wait_until, done.held):
            return _stop(this)
        progress = {
            "round": this.round + 1,
            "looks": len(_LOOKS) if done.queued else this.looks + 1,
        }
        return NextRound(
            **{**this.model_dump(), **progress},
            next="wait",
            wait_until=clock.to_text(wait_until),
            queued=done.queued,
        )

    def _carry_out(
        self, campaign: Campaign, now: datetime, looks: int
    ) -> tuple[Result, datetime | None]:
        """Carry out the round, unless the workspace is suspended. Return its result and the same as
        `_next_moment`."""
        if self.workspaces.is_suspended(self.caller.workspace):
            return Result(held=campaign.held), now + _SUSPENDED
        done = self.rounds.carry_out(campaign, now)
        self.audience.resume_stalled(campaign)
        return done, self._next_moment(campaign, now, done, looks)

    def _next_moment(
        self, campaign: Campaign, now: datetime, done: Result, looks: int
    ) -> datetime | None:
        """Return when the next round is due, or None if no enrollment is left and the campaign was
        completed."""
        if done.again:
            return now + SHORTEST_WAIT
        moments = [now + _LONGEST_WAIT]
        if campaign.enrolling:
            moments.append(now + STALLED_AFTER)
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
        """Return whether the campaign stays active although no enrollment has a next step."""
        nobody_yet = not counts.total and not campaign.has_audience
        keeps = campaign.settings.keep_running or campaign.enrolling
        return bool(keeps or counts.paused or nobody_yet)

    def _complete(self, campaign: Campaign, shards: Sequence[Item]) -> bool:
        """Complete the campaign, and its sequence if the campaign leads it, unless contacts were
        enrolled since the counts were read. Return False if they were; return True also if another
        worker has completed it."""
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
        """Replace this execution by a new one, because the history of an execution is limited.
        Idempotent: a retry after a crash returns the same output."""
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
    """Return the identity of the completion event: a campaign can run and complete again."""
    return f"{campaign.id}/{campaign.version}"


def _stop(this: Round) -> NextRound:
    return NextRound(**this.model_dump(), next="stop")
