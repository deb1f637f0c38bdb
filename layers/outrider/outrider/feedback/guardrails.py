"""When a campaign or a mailbox stops by itself: too much of what it sent in the last 24 hours came
back, or was called spam. A person lets it go on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from outrider.access.models import Caller
from outrider.campaigns.control import ControlService
from outrider.campaigns.errors import CampaignNotFound, WrongStatus
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.statistics import Statistics
from outrider.kit import clock
from outrider.kit.outbox import Event
from outrider.mailboxes.health import Counts
from outrider.mailboxes.repository import MailboxRepository
from outrider.mailboxes.reviews import HealthReviews
from outrider.messages.models import Message

REASON = "guardrail"
SPAN = timedelta(hours=24)
LEAST_SENT = 100
"""Fewer say nothing."""
MOST_BOUNCED, MOST_COMPLAINED = 0.04, 0.0008


def tripped_by(counts: Counts) -> str | None:
    """What is too much: `bounces` or `complaints`."""
    if counts.sent < LEAST_SENT:
        return None
    if counts.bounced >= MOST_BOUNCED * counts.sent:
        return "bounces"
    if counts.complained >= MOST_COMPLAINED * counts.sent:
        return "complaints"
    return None


@dataclass(frozen=True, slots=True)
class Guardrails:
    caller: Caller
    campaigns: CampaignRepository
    statistics: Callable[[str], Statistics]
    control: ControlService
    mailboxes: MailboxRepository
    reviews: HealthReviews

    def check(self, message: Message) -> None:
        """To be called when a mail of these came back or was called spam. Any number of times: what
        is paused stays as it is."""
        self._check_campaign(message.campaign_id)
        if message.mailbox_id:
            self._check_mailbox(message)
            self.reviews.review(message.mailbox_id)

    def _check_mailbox(self, message: Message) -> None:
        counts = self.mailboxes.counts_since(message.mailbox_id, clock.now() - SPAN)
        tripped = tripped_by(counts)
        if tripped is None:
            return
        names = {
            "campaign_id": message.campaign_id,
            "sequence_id": message.sequence_id,
            "mailbox_id": message.mailbox_id,
        }
        told = self._told("mailbox", f"{message.mailbox_id}/{message.id}", tripped, counts, names)
        self.reviews.pause(message.mailbox_id, REASON, [told])

    def _check_campaign(self, campaign_id: str) -> None:
        campaign = self.campaigns.get(campaign_id)
        if campaign is None or campaign.status != "active":
            return
        totals = self.statistics(campaign_id).since(clock.now() - SPAN)
        counts = Counts(
            sent=totals["sent"], bounced=totals["bounced"], complained=totals["complained"]
        )
        tripped = tripped_by(counts)
        if tripped is None:
            return
        names = {"campaign_id": campaign.id, "sequence_id": campaign.sequence_id}
        run = f"{campaign.id}/{campaign.run}"  # a run trips once
        try:
            self.control.pause(
                campaign_id, REASON, [self._told("campaign", run, tripped, counts, names)]
            )
        except (CampaignNotFound, WrongStatus):  # somebody was faster
            return

    def _told(
        self,
        paused: Literal["campaign", "mailbox"],
        identity: str,
        tripped: str,
        counts: Counts,
        names: Mapping[str, str],
    ) -> Event:
        return self.caller.event(
            "campaign.guardrail_tripped",
            identity=identity,
            paused=paused,
            tripped_by=tripped,
            sent=counts.sent,
            bounced=counts.bounced,
            complained=counts.complained,
            hours=int(SPAN.total_seconds()) // 3600,
            **names,
        )
