"""Starting the clocks of campaigns, and starting them again when one stands still."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from outrider.access.models import WorkspaceId
from outrider.campaigns.dispatch import Round, execution_name
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository, RunningCampaigns
from outrider.kit.logs import logger


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
            self._start(campaign.id, campaign.run)

    def restart(self, campaign: Campaign) -> bool:
        """Start a new run in place of one that stands still. False when it went on meanwhile."""
        if not self.campaigns.begin_run(campaign):
            return False
        self._start(campaign.id, campaign.run + 1)
        return True

    def _start(self, campaign_id: str, run: int) -> None:
        begin = Round(workspace=self.campaigns.workspace, campaign_id=campaign_id, run=run, round=0)
        self.start_execution(
            execution_name(campaign_id, run), begin.model_dump(exclude_defaults=True)
        )


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
                started += self.runs(workspace).restart(campaign)
            except Exception as failure:
                logger().exception("a campaign was not started", campaign_id=campaign.id)
                failures.append(failure)
        if failures:
            raise ExceptionGroup(f"{len(failures)} campaigns were not started", failures)
        return started
