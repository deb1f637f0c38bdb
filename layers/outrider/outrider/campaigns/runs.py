"""Starting the clocks of campaigns, and starting them again when one stands still."""

from dataclasses import dataclass
from typing import Protocol

from outrider.campaigns.dispatch import Round, execution_name
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository


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
