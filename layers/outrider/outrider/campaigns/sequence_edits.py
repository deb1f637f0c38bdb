"""Edits of a launched sequence, which also change the campaign that it leads."""

from collections.abc import Sequence as Many
from dataclasses import dataclass
from typing import Any

from outrider.access.models import Caller
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.kit.aws.dynamodb import Action
from outrider.sequences.models import Sequence
from outrider.sequences.schemas import SequenceUpdate, SequenceView, StepsPut, StepsView
from outrider.sequences.service import SequenceService


@dataclass(frozen=True, slots=True)
class SequenceEdits:
    """Edits of the sequences of one workspace."""

    caller: Caller
    sequences: SequenceService
    campaigns: CampaignRepository

    def update(
        self, sequence_id: str, update: SequenceUpdate, if_match: int | None
    ) -> SequenceView:
        """Change the sequence, and apply the changed settings to the campaign that it leads. Other
        settings of the campaign are kept.

        Raises: the same as `SequenceService.update`.
        """

        def follow_actions(sequence: Sequence) -> Many[Action]:
            if "settings" not in update.model_fields_set:
                return ()
            campaign = self._open(sequence)
            if campaign is None:
                return ()
            return self._change_actions(campaign, settings=update.settings.over(campaign.settings))

        return self.sequences.update(sequence_id, update, if_match, follow_actions)

    def put_steps(self, sequence_id: str, put: StepsPut, if_match: int | None) -> StepsView:
        """Replace the steps. New enrollments get the new steps; with `migrate` existing ones
        migrate to them when their next step is due, also failed ones that are retried.

        Raises: the same as `SequenceService.put_steps`.
        """

        def follow_actions(sequence: Sequence) -> Many[Action]:
            campaign = self._led(sequence)
            if campaign is None or campaign.status == "draft":
                return ()
            newest = sequence.steps_version
            least = newest if put.migrate else campaign.least_steps_version
            return self._change_actions(campaign, steps_version=newest, least_steps_version=least)

        return self.sequences.put_steps(sequence_id, put, if_match, follow_actions)

    def _open(self, sequence: Sequence) -> Campaign | None:
        """Return the campaign that the sequence leads, unless it is completed. That of a workflow
        is led before the launch, too."""
        campaign = self._led(sequence)
        return campaign if campaign and campaign.status != "completed" else None

    def _led(self, sequence: Sequence) -> Campaign | None:
        return self.campaigns.get(sequence.campaign_id) if sequence.campaign_id else None

    def _change_actions(self, campaign: Campaign, **changes: Any) -> Many[Action]:
        if all(getattr(campaign, name) == value for name, value in changes.items()):
            return ()
        events = [self.caller.event("campaign.updated", **campaign.names())]
        return [self.campaigns.change_action(campaign, campaign.changed(**changes), events)]
