"""Retry of the failed enrollments of a campaign, once the cause is fixed.

A failed enrollment is made active again at the step that failed, in a new generation: the step gets
a new message id, and no step is carried out twice. The usual gates are checked when the step is
due.

It is idempotent: a retried enrollment has left the index of failed ones, and one that fails again
has changed after the retry was requested.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ConfigDict

from outrider.access.models import Caller
from outrider.campaigns.enrollments.lists import MOST_READ, EnrollmentLists
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.errors import CampaignNotFound, SequenceWasDeleted, WrongStatus
from outrider.campaigns.models import ERASED, Campaign, CampaignStatus, Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import CampaignRetried, RetryRequest
from outrider.kit import clock, parallel
from outrider.kit.attempts import attempts
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact_named
from outrider.kit.errors import Contended, PreconditionFailed
from outrider.kit.models import Model
from outrider.sequences.errors import SequenceNotFound
from outrider.sequences.service import SequenceService

AT_ONCE = 90
"""Enrollments retried in one transaction."""
RETRIED = "retried"


class RetryJob(Model):
    """Rest of a retry, as an SQS message. `after` is the position reached in the index. Enrollments
    that failed after `asked_at` are left alone."""

    model_config = ConfigDict(frozen=True)

    reasons: list[str] | None
    asked_at: str
    actor: str
    request_id: str
    after: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RetryService:
    """Retry of failed enrollments; `go_on` sends the rest of the work to the worker's queue."""

    caller: Caller
    campaigns: CampaignRepository
    sequences: SequenceService
    lists: EnrollmentLists
    enrollments: Callable[[str], EnrollmentRepository]
    go_on: Callable[[str, RetryJob], None]

    def retry(
        self, campaign_id: str, request: RetryRequest, if_match: int | None = None
    ) -> CampaignRetried:
        """Retry contacts by id, or all failed enrollments: the first page now, the rest by the
        worker.

        A completed campaign becomes active again with the first retried enrollment.

        Raises: CampaignNotFound; PreconditionFailed if the campaign is not at version `if_match`;
        WrongStatus for a draft, SequenceWasDeleted, Contended.
        """
        campaign = self._campaign(campaign_id)
        PreconditionFailed.check(if_match, self.caller.begin_with(campaign.version))
        job = RetryJob(
            reasons=request.reasons,
            asked_at=clock.timestamp(),
            actor=self.caller.actor,
            request_id=self.caller.request_id,
        )
        after: Item | None = None
        if request.contact_ids is None:
            found, after = self.lists.of_campaign(campaign, "failed", MOST_READ, None)
        else:
            found = self.lists.several(campaign_id, dict.fromkeys(request.contact_ids))
        campaign, opened = self._open(campaign, _wanted(found, job))
        if after is not None:
            self.go_on(campaign_id, job.model_copy(update={"after": after}))
        return CampaignRetried(
            campaign_id=campaign_id,
            status=campaign.status,
            retried=len(opened),
            left_out=len(request.contact_ids or found) - len(opened),
            more=after is not None,
        )

    def run(self, campaign_id: str, job: RetryJob, enough_time: Callable[[], bool]) -> str:
        """Continue a job while `enough_time()`. Return the outcome, for the log."""
        opened = 0
        while True:
            try:
                campaign = self._campaign(campaign_id)
                found, after = self.lists.of_campaign(campaign, "failed", MOST_READ, job.after)
                opened += len(self._open(campaign, _wanted(found, job))[1])
            except (CampaignNotFound, SequenceWasDeleted):
                return f"opened {opened}; the campaign is gone"
            if after is None:
                return f"opened {opened}"
            job = job.model_copy(update={"after": after})
            if not enough_time():
                self.go_on(campaign_id, job)
                return f"opened {opened}, to be continued"

    def _campaign(self, campaign_id: str) -> Campaign:
        campaign = self.campaigns.require(campaign_id)
        if campaign.status == "draft":
            raise WrongStatus("retried", campaign.status)
        return campaign

    def _open(
        self, campaign: Campaign, failed: Sequence[Enrollment]
    ) -> tuple[Campaign, dict[str, Enrollment]]:
        """Retry these enrollments. Return the campaign and the retried enrollments by contact
        id."""
        opened: dict[str, Enrollment] = {}
        for _ in attempts():
            left = [each for each in failed if each.contact_id not in opened]
            if not left:
                return campaign, opened
            try:
                if campaign.status == "completed":
                    campaign = self._open_with_campaign(campaign, left[:AT_ONCE], opened)
                    left = left[AT_ONCE:]
                check = [self.campaigns.check_takes_action(campaign.id, *_RUNNING)]
                open_part = partial(self._open_part, campaign, opened=opened, also=check)
                parallel.chunks(open_part, left, AT_ONCE)
            except TransactionFailed:
                campaign = self._campaign(campaign.id)
                continue
            return campaign, opened
        raise Contended("Another request changed this campaign")

    def _open_with_campaign(
        self, campaign: Campaign, part: Sequence[Enrollment], opened: dict[str, Enrollment]
    ) -> Campaign:
        """Retry up to AT_ONCE enrollments and make the completed campaign active in the same
        transaction. Return the campaign, which is unchanged if nothing was retried.

        Raises: TransactionFailed if the campaign changed since it was read; SequenceWasDeleted.
        """
        after = campaign.changed(status="active", run=campaign.run + 1)
        names = {"campaign_id": campaign.id, "sequence_id": campaign.sequence_id}
        resumed = self.caller.event("campaign.resumed", reason=RETRIED, **names)
        also = [self.campaigns.change_action(campaign, after, [resumed])]
        if campaign.leads_sequence:
            try:
                self.sequences.get(campaign.sequence_id)
            except SequenceNotFound as gone:
                raise SequenceWasDeleted from gone
            also.append(self.sequences.reopen_action(campaign.sequence_id, campaign.id))
        self._open_part(campaign, part, opened=opened, also=also)
        return after if opened else campaign

    def _open_part(
        self,
        campaign: Campaign,
        part: Sequence[Enrollment],
        *,
        opened: dict[str, Enrollment],
        also: Sequence[Action],
    ) -> None:
        """Retry up to AT_ONCE enrollments in one transaction with the counts and `also`, and add
        them to `opened`. Enrollments that changed since they were read are skipped."""
        groups: dict[str, list[Action]] = {}
        repository, counters = self.enrollments(campaign.id), self.campaigns.counters(campaign.id)
        after = {each.contact_id: _reopened(each) for each in part}
        for each in part:
            again = after[each.contact_id]
            resumed = self.caller.event(
                "enrollment.resumed",
                identity=f"{again.id}/{again.version}",
                reason=RETRIED,
                **again.names(),
            )
            change = repository.resume_action(each, again, campaign.due_shards, [resumed])
            groups[each.contact_id] = [change]
        refused = transact_named(
            groups,
            lambda names: [counters.add_action(failed=-len(names), active=len(names)), *also],
        )
        opened.update({name: again for name, again in after.items() if name not in refused})


_RUNNING: tuple[CampaignStatus, ...] = ("active", "paused")


def _wanted(found: Sequence[Enrollment], job: RetryJob) -> list[Enrollment]:
    """Return the enrollments that failed before the retry was requested, for one of its reasons."""
    return [
        each
        for each in found
        if each.state == "failed"
        and each.exit_reason != ERASED
        and each.updated_at <= job.asked_at
        and (
            job.reasons is None or any(_matches(each.exit_reason, reason) for reason in job.reasons)
        )
    ]


def _matches(exit_reason: str | None, reason: str) -> bool:
    """Return whether the exit reason is `reason`, or begins with `reason` and a colon."""
    return exit_reason == reason or (exit_reason or "").startswith(f"{reason}:")


def _reopened(before: Enrollment) -> Enrollment:
    """Return the enrollment as active and due now. If no email was sent yet, any mailbox may send
    the first, unless it was approved from one."""
    bound = before.thread or before.sends_approved
    changes: Mapping[str, object] = {
        "state": "active",
        "exit_reason": None,
        "generation": before.generation + 1,
        "due_at": clock.timestamp(),
        "attempts": 0,
        "mailbox_id": before.mailbox_id if bound else None,
    }
    return before.changed(**changes)
