"""The contacts that a filter lets through, of a launch or added later: read page after page, and
enrolled while the campaign runs.

They are those of the moment they were asked for: who was made later is not among them. How far they
are read is kept at `<workspace>#cam_…` / `audience#aud_…`, and moved only from where it was read,
so of two workers one goes on. Enrolling a page again does nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from outrider.campaigns.audience.enroller import AT_ONCE, Enroller
from outrider.campaigns.audience.models import PAGE, AudienceJob, audience_query
from outrider.campaigns.audience.repository import AudienceRepository
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.contacts.models import Contact
from outrider.contacts.search.lists import ContactLists
from outrider.kit import clock, parallel
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import (
    TransactionFailed,
    transact,
)
from outrider.kit.observability.logs import logger

BATCH = 8 * AT_ONCE
"""Contacts read before they are enrolled, as many as are enrolled at once."""
_PAGES = 10
"""Pages read before their place is kept."""
STANDS_STILL = timedelta(hours=1)
"""After which an audience that did not move is not worked on: longer than the queue tries."""
MOST_PAGES = 12
"""Pages that are read where a call waits for them."""


def first_of(
    lists: ContactLists, filter_: Mapping[str, Any], most: int
) -> tuple[list[Contact], bool]:
    """The first `most` contacts that a filter lets through, fewer where it lets few through; and
    whether there may be more."""
    query = audience_query(filter_)
    found: dict[str, Contact] = {}
    after: Item | None = None
    for _ in range(MOST_PAGES):
        page, after = lists.page(query, after)
        found |= {each.id: each for each in page}
        if after is None or len(found) >= most:
            break
    return list(found.values())[:most], after is not None or len(found) > most


@dataclass(frozen=True, slots=True)
class AudienceRunner:
    """`enroller` gives what enrolls in a campaign; `go_on` asks for another call, and `wake` has
    the campaign's clock look at who was enrolled."""

    campaigns: CampaignRepository
    audiences: AudienceRepository
    lists: ContactLists
    enroller: Callable[[Campaign, AudienceJob], Enroller]
    go_on: Callable[[], None]
    wake: Callable[[], None]

    def run(self, campaign_id: str, enough_time: Callable[[], bool]) -> str:
        """Begin or go on. Gives what came of it, for the log."""
        campaign = self.campaigns.get(campaign_id)
        jobs = self.audiences.open(campaign_id) if campaign else []
        if campaign is None or not jobs:
            return "nothing to do"
        for job in jobs:
            outcome = self._enroll(campaign, job, enough_time)
            if outcome != "done":
                return outcome
        return "done"

    def _enroll(self, campaign: Campaign, job: AudienceJob, enough_time: Callable[[], bool]) -> str:
        enroller = self.enroller(campaign, job)
        while True:
            contacts, after = self._read(job)
            try:
                skipped = sum(map(len, parallel.chunks(enroller.enroll, contacts, AT_ONCE)))
                added = len(contacts) - skipped
                self._move(campaign.id, job, after, added=added, skipped=skipped)
            except TransactionFailed:
                return "another worker goes on, or the campaign is gone"
            self.wake()
            if after is None:
                return "done"
            job = job.model_copy(update={"after": after, "parts": job.parts + 1})
            if not enough_time():
                self.go_on()
                return "to be continued"

    def _read(self, job: AudienceJob) -> tuple[Sequence[Contact], Item | None]:
        """Contacts behind the place reached, each once, and the place behind them. Where the filter
        lets few through, there are few."""
        found: dict[str, Contact] = {}
        after: Item | None = job.after
        for _ in range(_PAGES):
            page, after = self.lists.page(job.query, after)
            found |= {each.id: each for each in page if each.created_at <= job.asked_at}
            if after is None or len(found) > BATCH - PAGE:
                break
        return list(found.values()), after

    def _move(
        self, campaign_id: str, job: AudienceJob, after: Item | None, *, added: int, skipped: int
    ) -> None:
        move = self.audiences.move_action(campaign_id, job, after, added=added, skipped=skipped)
        actions = [move]
        if after is None:
            actions.append(self.campaigns.end_filter_action(campaign_id))
        transact(*actions)


@dataclass(frozen=True, slots=True)
class AudienceWatch:
    """Sees to it that an audience whose worker was given up is gone on with."""

    audiences: AudienceRepository
    go_on: Callable[[], None]

    def resume_stalled(self, campaign: Campaign) -> None:
        """Ask for another call where nothing has moved for long; then not again for as long."""
        if not campaign.enrolling:
            return
        jobs = self.audiences.open(campaign.id)
        if not jobs:
            return
        job = max(jobs, key=lambda each: each.moved_at or each.asked_at)
        if clock.from_text(job.moved_at or job.asked_at) > clock.now() - STANDS_STILL:
            return
        logger().warning("an audience stands still", campaign_id=campaign.id, parts=job.parts)
        self.go_on()
        self.audiences.ask_again(campaign.id, job)
