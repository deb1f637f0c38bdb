"""Worker that enrolls the contacts of a filter, page by page, while the campaign runs.

The audience is the set of contacts that existed when it was requested; later ones are not included.
The progress is stored at `<workspace>#cam_…` / `audience#aud_…` and moved with an optimistic lock,
so only one of two concurrent workers continues. Enrolling a page again has no effect.
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
"""Contacts read before they are enrolled: as many as are enrolled in parallel."""
_PAGES = 10
"""Maximum number of pages read before the progress is stored."""
STALLED_AFTER = timedelta(hours=1)
"""Time without progress after which a job is requeued: longer than SQS retries it."""
MOST_PAGES = 12
"""Maximum number of pages read while an API request waits."""


def first_of(
    lists: ContactLists, filter_: Mapping[str, Any], most: int
) -> tuple[list[Contact], bool]:
    """Return the first `most` contacts that match a filter, and whether there may be more. Return
    fewer if few contacts of the first MOST_PAGES pages match."""
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
    """Worker for the audience jobs of one campaign. `enroller` makes the enroller of a job, `go_on`
    sends a message to the worker's own queue, and `wake` wakes the campaign's clock."""

    campaigns: CampaignRepository
    audiences: AudienceRepository
    lists: ContactLists
    enroller: Callable[[Campaign, AudienceJob], Enroller]
    go_on: Callable[[], None]
    wake: Callable[[], None]

    def run(self, campaign_id: str, enough_time: Callable[[], bool]) -> str:
        """Start or continue the campaign's jobs while `enough_time()`. Return the outcome, for the
        log."""
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
                return "another worker continues, or the campaign was deleted"
            self.wake()
            if after is None:
                return "done"
            job = job.model_copy(update={"after": after, "parts": job.parts + 1})
            if not enough_time():
                self.go_on()
                return "to be continued"

    def _read(self, job: AudienceJob) -> tuple[Sequence[Contact], Item | None]:
        """Return the next contacts, each once, and the position after them. It returns fewer
        contacts if few match the filter."""
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
    """Watchdog that requeues audience jobs whose worker has stopped."""

    audiences: AudienceRepository
    go_on: Callable[[], None]

    def resume_stalled(self, campaign: Campaign) -> None:
        """Requeue the campaign's jobs if none has moved for STALLED_AFTER, at most once in that
        time."""
        if not campaign.enrolling:
            return
        jobs = self.audiences.open(campaign.id)
        if not jobs:
            return
        job = max(jobs, key=lambda each: each.moved_at or each.asked_at)
        if clock.from_text(job.moved_at or job.asked_at) > clock.now() - STALLED_AFTER:
            return
        logger().warning("an audience job is stalled", campaign_id=campaign.id, parts=job.parts)
        self.go_on()
        self.audiences.note_requeued(campaign.id, job)
