"""Starting the clocks of campaigns: at the launch, when something comes up earlier than a clock
wakes, and again when one has stopped."""

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
from outrider.kit.aws.dynamodb import Action
from outrider.kit.observability.logs import logger

_ATTEMPTS = 10
_ENDING_AT_ONCE = 50
"""Enrollments of a campaign that may end while a replica of its counts is behind."""


class StartExecution(Protocol):
    """Start the state machine under a name; a name that was used before starts nothing."""

    def __call__(self, name: str, input_: dict[str, object]) -> None: ...


@dataclass(frozen=True, slots=True)
class Promise:
    """That the clock of a campaign wakes by `at`. `action` makes it true, in the transaction that
    makes something due; `begins` is when the run begins that it hands the campaign to, if any."""

    at: datetime
    action: Action
    begins: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunService:
    campaigns: CampaignRepository
    start_execution: StartExecution

    def start(self, campaign_id: str) -> None:
        """Start the campaign's current run. Twice is the same as once."""
        campaign = self.campaigns.get(campaign_id)
        if campaign is not None and campaign.status == "active":
            self._start(campaign.id, campaign.run, campaign.wakes_at)

    def wake(self, campaign_id: str, at: datetime, seen: str = "") -> None:
        """Have the clock wake by `at`, for what was just recorded; an execution that waits for
        later finds another run in its place. Fails silently: what was recorded stands, and the
        clock wakes by the lease of the step before.

        `seen` is its `wakes_at` as it was read before that: enough to know, for what is due after
        the lease of a step. What is due earlier a round may have missed that was under way.
        """
        if seen and at >= clock.now() + STEP_LEASE and seen <= clock.to_text(at):
            return
        try:
            self.wake_by(campaign_id, at)
        except Exception:
            logger().exception("a campaign was not woken", campaign_id=campaign_id)

    def promise(self, campaign: Campaign, due: datetime) -> Promise:
        """Have the clock wake for a step that is due at `due`, though its caller die as soon as it
        is recorded. A step that may be handed over at once comes up by its lease."""
        now = clock.now()
        at = due if due > round_end(now) else max(due, now) + STEP_LEASE
        moment = _moment(campaign, now, at)
        if moment is None:
            return Promise(at, self.campaigns.check_looks_by_action(campaign.id, at))
        return Promise(at, self.campaigns.next_run_action(campaign, moment), moment)

    def keep(self, campaign: Campaign, promise: Promise) -> None:
        """Start the run that a promise begins, once that is recorded. Fails silently: the check of
        every five minutes starts it too."""
        if promise.begins is None:
            return
        try:
            self._start(campaign.id, campaign.run + 1, clock.to_text(promise.begins))
        except Exception:
            logger().exception("a campaign was not woken", campaign_id=campaign.id)

    def wake_now(self, campaign_id: str) -> None:
        """Have the clock look at once."""
        self.wake_by(campaign_id, clock.now())

    def wake_by(self, campaign_id: str, at: datetime) -> None:
        """Have the clock look by `at`; one of a campaign that is not active stays as it is."""
        for _ in attempts(_ATTEMPTS):
            campaign = self.campaigns.get(campaign_id)
            if campaign is None or campaign.status != "active":
                return
            moment = _moment(campaign, clock.now(), at)
            if moment is None or self.restart(campaign, moment):
                return
        logger().warning("a campaign was not woken: contended", campaign_id=campaign_id)

    def restart(self, campaign: Campaign, at: datetime) -> bool:
        """Start the next run, which begins `at`. False when the clock went on meanwhile."""
        if not self.campaigns.begin_run(campaign, at):
            return False
        self._start(campaign.id, campaign.run + 1, clock.to_text(at))
        return True

    def wake_if_done(self, campaign_id: str) -> None:
        """Have a campaign completed whose last enrollment has ended. As long as more are left than
        can have ended since what is read at half the price, that is enough to know."""
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
        """Wake the campaigns in which something waits for a mailbox, and return how many."""
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
    """When the next run has to begin for the clock to wake by `at`; None where it does anyway."""
    soon, wakes_at = now + SHORTEST_WAIT, clock.from_text(campaign.wakes_at)
    if now < wakes_at <= max(at, soon):
        return None
    # A clock whose time has come is in its round, and may have looked already.
    return soon if wakes_at <= now else max(at, soon)


@dataclass(frozen=True, slots=True)
class RunCheck:
    """The check that no campaign of any workspace stands still."""

    running: RunningCampaigns
    runs: Callable[[WorkspaceId], RunService]

    def restart(self, overdue_before: str) -> int:
        """Start those again that do, and give how many. One that fails does not keep the others
        from it; raises at the end when there was one."""
        started = 0
        failures: list[Exception] = []
        for workspace, campaign in self.running.overdue(overdue_before):
            try:
                started += self.runs(workspace).restart(campaign, clock.now())
            except Exception as failure:
                logger().exception("a campaign was not started", campaign_id=campaign.id)
                failures.append(failure)
        if failures:
            raise ExceptionGroup(f"{len(failures)} campaigns were not started", failures)
        return started
