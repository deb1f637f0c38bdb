"""Starting the clocks of campaigns: at the launch, when something comes up earlier than a clock
wakes, and again when one has stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from outrider.access.models import WorkspaceId
from outrider.campaigns.dispatch import SHORTEST_WAIT, FirstRound, execution_name
from outrider.campaigns.models import STEP_LEASE, Campaign
from outrider.campaigns.repository import CampaignRepository, RunningCampaigns, audience
from outrider.kit import clock
from outrider.kit.logs import logger

_ATTEMPTS = 10


class StartExecution(Protocol):
    """Start the state machine under a name; a name that was used before starts nothing."""

    def __call__(self, name: str, input_: dict[str, object]) -> None: ...


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
            self._wake(campaign_id, at)
        except Exception:
            logger().exception("a campaign was not woken", campaign_id=campaign_id)

    def wake_now(self, campaign_id: str) -> None:
        """Have the clock look at once."""
        self._wake(campaign_id, clock.now())

    def _wake(self, campaign_id: str, at: datetime) -> None:
        for _ in range(_ATTEMPTS):
            campaign = self.campaigns.get(campaign_id)
            if campaign is None or campaign.status != "active":
                return
            now, soon = clock.now(), clock.now() + SHORTEST_WAIT
            wakes_at = clock.from_text(campaign.wakes_at)
            if now < wakes_at <= max(at, soon):
                return
            # A clock whose time has come is in its round, and may have looked already.
            moment = soon if wakes_at <= now else max(at, soon)
            if self.restart(campaign, moment):
                return
        logger().warning("a campaign was not woken: contended", campaign_id=campaign_id)

    def restart(self, campaign: Campaign, at: datetime) -> bool:
        """Start the next run, which begins `at`. False when the clock went on meanwhile."""
        if not self.campaigns.begin_run(campaign, at):
            return False
        self._start(campaign.id, campaign.run + 1, clock.to_text(at))
        return True

    def wake_if_done(self, campaign_id: str) -> None:
        """Have a campaign completed whose last enrollment has ended."""
        found = self.campaigns.get_with_counts(campaign_id)
        if found is None or found[0].settings.keep_running:
            return
        counts = audience(found[1])
        if not counts.active and not counts.paused:
            self.wake_now(campaign_id)

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
