"""Guard-rails: a campaign or mailbox is paused automatically if too many of its emails of the last
24 hours bounced or were reported as spam. A person resumes it. Mailboxes have their own reviews."""

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
        """Check the guard-rails of the campaign and mailbox of a message that bounced or was
        reported as spam. The check is idempotent. Raises Stale if every attempt lost its optimistic
        lock on the mailbox."""
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
        event = self.caller.event(
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
            self.control.pause(campaign_id, REASON, [event])
        except (CampaignNotFound, WrongStatus):  # paused or deleted concurrently
            return
