"""Step Functions executions that are the clocks of campaigns: started at launch, when a step
becomes due before the clock wakes, and again after an execution has stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from outrider.access.models import WorkspaceId
from outrider.campaigns.dispatch.planner import round_end
from outrider.campaigns.dispatch.service import SHORTEST_WAIT, FirstRound, execution_name
from outrider.campaigns.models import STEP_LEASE, Campaign
from outrider.campaigns.repository import CampaignRepository, RunningCampaigns, audience
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, StoreFailed
from outrider.kit.aws.step_functions import StartFailed
from outrider.kit.observability.logs import logger
from outrider.kit.sweeps.independent import Sweep

_ENDING_AT_ONCE = 50
"""Enrollments of a campaign that may end within the replication lag of an eventually consistent
read."""


class StartExecution(Protocol):
    """Function that starts an execution of the state machine with a name and an input. A name that
    was used before starts nothing. Raises StartFailed."""

    def __call__(self, name: str, input_: dict[str, object]) -> None: ...


@dataclass(frozen=True, slots=True)
class Promise:
    """Promise that the clock of a campaign wakes by `at`. `action` goes into the transaction that
    makes a step due and keeps the promise; `begins` is the start of the run that `action` creates,
    or None if the current run wakes in time."""

    at: datetime
    action: Action
    begins: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunService:
    """Clocks of the campaigns of one workspace: each run of a campaign is one execution."""

    campaigns: CampaignRepository
    start_execution: StartExecution

    def start(self, campaign_id: str) -> None:
        """Start the execution of the campaign's current run. Idempotent."""
        campaign = self.campaigns.get(campaign_id)
        if campaign is not None and campaign.status == "active":
            self._start(campaign.id, campaign.run, campaign.wakes_at)

    def wake(self, campaign_id: str, at: datetime, seen: str = "") -> None:
        """Make the clock wake by `at`, for a step that was just recorded. An execution that would
        wake later finds that a newer run has replaced it. Failures of AWS are only
        logged: the change is recorded, and the clock wakes anyway when the lease of the previous
        step expires.

        `seen` is the campaign's `wakes_at` as read before the step was recorded. It saves a read
        when the step is due after a step lease; a round in progress may have missed earlier ones.
        """
        if seen and at >= clock.now() + STEP_LEASE and seen <= clock.to_text(at):
            return
        try:
            self.wake_by(campaign_id, at)
        except (StoreFailed, StartFailed):
            logger().exception("a campaign was not woken", campaign_id=campaign_id)

    def promise(self, campaign: Campaign, due: datetime) -> Promise:
        """Return the promise that the clock wakes for a step due at `due`, even if the caller
        crashes right after the transaction. If the step is due in the current round, the caller may
        queue it itself, so the clock need only wake when the step's lease expires."""
        now = clock.now()
        at = due if due > round_end(now) else max(due, now) + STEP_LEASE
        moment = _moment(campaign, now, at)
        if moment is None:
            return Promise(at, self.campaigns.check_looks_by_action(campaign.id, at))
        return Promise(at, self.campaigns.next_run_action(campaign, moment), moment)

    def keep(self, campaign: Campaign, promise: Promise) -> None:
        """Start the run that a promise has created, after its transaction. A failure of AWS is only
        logged: the check for stopped clocks, every five minutes, starts it too."""
        if promise.begins is None:
            return
        try:
            self._start(campaign.id, campaign.run + 1, clock.to_text(promise.begins))
        except StartFailed:
            logger().exception("a campaign was not woken", campaign_id=campaign.id)

    def wake_now(self, campaign_id: str) -> None:
        """Make the clock start a round now."""
        self.wake_by(campaign_id, clock.now())

    def wake_by(self, campaign_id: str, at: datetime) -> None:
        """Make the clock start a round by `at`. Campaigns that are not active are left
        unchanged."""
        for _ in attempts():
            campaign = self.campaigns.get(campaign_id)
            if campaign is None or campaign.status != "active":
                return
            moment = _moment(campaign, clock.now(), at)
            if moment is None or self.restart(campaign, moment):
                return
        logger().warning("a campaign was not woken: write conflicts", campaign_id=campaign_id)

    def restart(self, campaign: Campaign, at: datetime) -> bool:
        """Start the next run at `at`. Return False if the campaign's run or wake time changed since
        it was read."""
        if not self.campaigns.begin_run(campaign, at):
            return False
        self._start(campaign.id, campaign.run + 1, clock.to_text(at))
        return True

    def wake_if_done(self, campaign_id: str) -> None:
        """Wake the clock if the campaign's last enrollment has ended, so that the campaign is
        completed. Reads the counts eventually consistent, at half the price, and again strongly
        consistent only if so few enrollments are left that all may have ended within the
        replication lag."""
        for newest in (False, True):
            found = self.campaigns.get_with_counts(campaign_id, newest=newest)
            if found is None:
                continue
            if found[0].settings.keep_running:
                return
            counts = audience(found[1])
            if not (left := counts.active + counts.paused):
                self.wake_now(campaign_id)
            if not 0 < left <= _ENDING_AT_ONCE:
                return

    def wake_held(self) -> int:
        """Wake the campaigns with steps that wait for a mailbox or a limit. Return their number."""
        held = self.campaigns.held()
        for campaign_id in held:
            self.wake_now(campaign_id)
        return len(held)

    def _start(self, campaign_id: str, run: int, at: str) -> None:
        begin = FirstRound(
            workspace=self.campaigns.workspace,
            campaign_id=campaign_id,
            run=run,
            round=0,
            wait_until=at,
        )
        self.start_execution(execution_name(campaign_id, run), begin.model_dump())


def _moment(campaign: Campaign, now: datetime, at: datetime) -> datetime | None:
    """Return when the next run has to begin so that the clock wakes by `at`, or None if the current
    run wakes in time."""
    soon, wakes_at = now + SHORTEST_WAIT, clock.from_text(campaign.wakes_at)
    if now < wakes_at <= max(at, soon):
        return None
    # A clock that is due is in its round, and may have read the index already.
    return soon if wakes_at <= now else max(at, soon)


@dataclass(frozen=True, slots=True)
class RunCheck:
    """Check for stopped clocks of the campaigns of all workspaces."""

    running: RunningCampaigns
    runs: Callable[[WorkspaceId], RunService]

    def restart(self, overdue_before: str) -> int:
        """Restart the clocks that should have woken by `overdue_before` (RFC 3339) and return how
        many were restarted.

        Raises: ExceptionGroup after the last campaign, if some could not be restarted.
        """
        sweep = Sweep("a campaign was not started")
        started = sweep.over(
            self.running.overdue(overdue_before),
            lambda found: self.runs(found[0]).restart(found[1], clock.now()),
            lambda found: {"campaign_id": found[1].id},
        )
        sweep.end("campaigns were not started")
        return started
