"""The campaign of a workflow in its runs: launched, paused and resumed with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from outrider.campaigns.launch import LaunchService
from outrider.campaigns.models import WITH_WORKFLOW, Campaign
from outrider.campaigns.pausing import ControlService
from outrider.campaigns.repository import CampaignRepository
from outrider.kit.aws.dynamodb import Action
from outrider.workflows.models import Workflow


@dataclass(frozen=True, slots=True)
class CampaignTurner:
    """Campaigns of the workflows of one workspace."""

    campaigns: CampaignRepository
    launches: LaunchService
    control: ControlService

    def launch(self, workflow: Workflow) -> None:
        """Launch the campaign of a workflow that contacts its leads, without an audience. If it was
        launched before, it gets the current steps of its sequence. Idempotent.

        Raises: MailboxPoolNotWarmed if no mailbox can send; ValidationFailed if lint finds errors;
        Contended.
        """
        if workflow.campaign_id and "contact" in workflow.stages:
            self.launches.launch_empty(workflow.campaign_id)

    def turn_actions(
        self, workflow: Workflow, status: Literal["paused", "running"]
    ) -> Sequence[Action]:
        """Return the writes that pause the campaign with the run, or resume it if it was paused
        with it; none if it is not active, or was paused for another reason."""
        campaign = self._of(workflow)
        if campaign is None:
            return []
        if status == "paused" and campaign.status == "active":
            return self.control.pause_actions(campaign, WITH_WORKFLOW)
        if status == "running" and campaign.paused_reason == WITH_WORKFLOW:
            return self.control.resume_actions(campaign)
        return []

    def _of(self, workflow: Workflow) -> Campaign | None:
        return self.campaigns.get(workflow.campaign_id) if workflow.campaign_id else None
