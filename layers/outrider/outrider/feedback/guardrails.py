"""Guard-rails: a campaign or a mailbox stops by itself where too much of what it sent in the last
24 hours bounced or was called spam. A person lets it go on. Mailboxes have a judge of their own."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.errors import CampaignNotFound, WrongStatus
from outrider.campaigns.pausing import ControlService
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.statistics.repository import Statistics
from outrider.kit import clock
from outrider.mailboxes.health.guardrail import REASON, SPAN
from outrider.mailboxes.health.reviews import HealthReviews
from outrider.messages.models import Message


@dataclass(frozen=True, slots=True)
class Guardrails:
    caller: Caller
    campaigns: CampaignRepository
    statistics: Callable[[str], Statistics]
    control: ControlService
    reviews: HealthReviews

    def check(self, message: Message) -> None:
        """To be called when a mail of these came back or was called spam. Any number of times: what
        is paused stays as it is."""
        self._check_campaign(message.campaign_id)
        if message.mailbox_id:
            names = {"campaign_id": message.campaign_id, "sequence_id": message.sequence_id}
            self.reviews.review(message.mailbox_id, message.id, **names)

    def _check_campaign(self, campaign_id: str) -> None:
        campaign = self.campaigns.get(campaign_id)
        if campaign is None or campaign.status != "active":
            return
        totals = self.statistics(campaign_id).since(clock.now() - SPAN)
        counts = {name: totals[name] for name in ("sent", "bounced", "complained")}
        tripped = campaign.settings.guardrail.tripped_by(**counts)
        if tripped is None:
            return
        told = self.caller.event(
            "campaign.guardrail_tripped",
            identity=f"{campaign.id}/{campaign.run}",  # a run trips once
            paused="campaign",
            tripped_by=tripped,
            hours=int(SPAN.total_seconds()) // 3600,
            campaign_id=campaign.id,
            sequence_id=campaign.sequence_id,
            **counts,
        )
        try:
            self.control.pause(campaign_id, REASON, [told])
        except (CampaignNotFound, WrongStatus):  # somebody was faster
            return
