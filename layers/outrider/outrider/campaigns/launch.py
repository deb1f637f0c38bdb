"""Launching a sequence: its campaign is made, the audience enrolled, the clock started.

Everything up to the last transaction may be done again: a launch that was cut short is finished by
launching again with the same contacts. Until then the campaign is a draft, and belongs to that
launch alone.
"""

from collections.abc import Callable, Container
from collections.abc import Sequence as Many
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.models import Campaign, Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import (
    EnrollResult,
    LaunchAudience,
    LaunchRequest,
    SequenceLaunched,
    SkipReason,
)
from outrider.contacts.service import ContactService
from outrider.kit import clock, ids
from outrider.kit.dynamo import Action, TransactionFailed, transact
from outrider.kit.errors import ValidationFailed, Violation
from outrider.kit.outbox import Event
from outrider.mailboxes.models import pool_is_warmed
from outrider.mailboxes.service import MailboxService
from outrider.sequences.errors import LaunchUnderWay, MailboxPoolNotWarmed, SequenceNotDraft
from outrider.sequences.models import Sequence, Step
from outrider.sequences.schemas import SequenceView
from outrider.sequences.service import SequenceService


@dataclass(frozen=True, slots=True)
class LaunchService:
    caller: Caller
    sequences: SequenceService
    mailboxes: MailboxService
    contacts: ContactService
    campaigns: CampaignRepository
    enrollments: Callable[[str], EnrollmentRepository]

    def launch(self, sequence_id: str, request: LaunchRequest) -> SequenceLaunched:
        """Raises SequenceNotFound, SequenceNotDraft and MailboxPoolNotWarmed, and ValidationFailed
        when contacts are to be written to and a step has nothing to say."""
        self.caller.begin()
        sequence = self.sequences.get(sequence_id)
        if sequence.status not in ("draft", "launching"):
            raise SequenceNotDraft(sequence.status)
        self._require_warmed(sequence.mailbox_pool)
        steps = self.sequences.steps(sequence)
        if request.contact_ids:
            _require_content(steps)
        launching, campaign = self._campaign(sequence, request.contact_ids)
        results = self._enroll(campaign, steps[0], request.contact_ids)
        added = sum(result.result == "added" for result in results)
        launched = launching.launched()
        answer = SequenceLaunched(
            **SequenceView.of(launched).model_dump(),
            audience=LaunchAudience(total=len(results), added=added, skipped=len(results) - added),
            results=results,
        )
        self._activate(campaign, launching, launched, added, self.caller.keep(answer))
        return answer

    def _require_warmed(self, pool: str) -> None:
        mailboxes = self.mailboxes.of_pool(pool)
        if not mailboxes:
            raise MailboxPoolNotWarmed(
                f"There is no mailbox in {pool}. Add one with POST /v1/mailboxes"
            )
        if not pool_is_warmed(mailboxes, clock.now()):
            raise MailboxPoolNotWarmed(
                f"No mailbox in {pool} has finished its warm-up. Wait for the ramp to end, or "
                "mark a mailbox that was warmed up elsewhere with warmed: true"
            )

    def _campaign(self, sequence: Sequence, contact_ids: Many[str]) -> tuple[Sequence, Campaign]:
        """The sequence while it is launched, and its campaign, made if this is the first try."""
        asked = ids.derived("aud", *contact_ids)
        if sequence.campaign_id and (begun := self.campaigns.get(sequence.campaign_id)):
            if begun.asked != asked:
                raise LaunchUnderWay
            return sequence, begun
        now = clock.timestamp()
        campaign = Campaign(
            id=ids.new("cam"),
            name=sequence.name,
            sequence_id=sequence.id,
            steps_version=sequence.steps_version,
            mailbox_pool=sequence.mailbox_pool,
            settings=sequence.settings,
            asked=asked,
            created_at=now,
            updated_at=now,
        )
        created = self.caller.event(
            "campaign.created", campaign_id=campaign.id, sequence_id=sequence.id
        )
        launching = sequence.launching(campaign.id)
        try:
            transact(
                self.sequences.begin_launch(sequence, launching),
                self.campaigns.add(campaign, [created]),
            )
        except TransactionFailed as failure:
            raise SequenceNotDraft("being launched by another request") from failure
        return launching, campaign

    def _enroll(
        self, campaign: Campaign, first: Step, contact_ids: Many[str]
    ) -> list[EnrollResult]:
        asked = list(dict.fromkeys(contact_ids))
        found = self.contacts.existing(asked)
        enrollments = [
            self._enrollment(campaign, first, contact_id)
            for contact_id in asked
            if contact_id in found
        ]
        counters = self.campaigns.counters(campaign.id)
        try:
            self.enrollments(campaign.id).add_many(
                enrollments,
                campaign.due_shards,
                lambda count: (
                    counters.add(total=count, active=count),
                    self.campaigns.launching(campaign.id, campaign.asked),
                ),
            )
        except TransactionFailed as failure:
            raise SequenceNotDraft("launched by another request") from failure
        return _results(contact_ids, found)

    def _enrollment(
        self, campaign: Campaign, first: Step, contact_id: str
    ) -> tuple[Enrollment, list[Event]]:
        now = clock.now()
        enrollment = Enrollment(
            id=ids.derived("enr", self.caller.workspace, campaign.id, contact_id),
            campaign_id=campaign.id,
            contact_id=contact_id,
            sequence_id=campaign.sequence_id,
            steps_version=campaign.steps_version,
            step_id=first.id,
            due_at=clock.to_text(now + first.wait),
            created_at=clock.to_text(now),
            updated_at=clock.to_text(now),
        )
        return enrollment, [self.caller.event("enrollment.created", **enrollment.names())]

    def _activate(
        self,
        campaign: Campaign,
        launching: Sequence,
        launched: Sequence,
        enrolled: int,
        also: Many[Action],
    ) -> None:
        event = self.caller.event(
            "campaign.launched",
            campaign_id=campaign.id,
            sequence_id=launched.id,
            enrolled=enrolled,
        )
        try:
            transact(
                self.sequences.end_launch(launching, launched, enrolled),
                self.campaigns.change(campaign, campaign.changed(status="active"), [event]),
                *also,
            )
        except TransactionFailed as failure:
            raise SequenceNotDraft("launched by another request") from failure


def _require_content(steps: Many[Step]) -> None:
    silent = [
        Violation(f"/steps/{place}/text", "The step has neither text nor html")
        for place, step in enumerate(steps)
        if not all(variant.has_content for variant in step.variants)
    ]
    if not all(variant.subject for variant in steps[0].variants):
        silent.append(Violation("/steps/0/subject", "The first mail needs a subject"))
    if silent:
        raise ValidationFailed("Some steps have nothing to send", violations=silent)


def _results(contact_ids: Many[str], found: Container[str]) -> list[EnrollResult]:
    seen: set[str] = set()
    results = []
    for contact_id in contact_ids:
        reason: SkipReason | None = None
        if contact_id in seen:
            reason = "duplicate"
        elif contact_id not in found:
            reason = "not_found"
        seen.add(contact_id)
        results.append(
            EnrollResult(
                contact_id=contact_id, result="skipped" if reason else "added", reason=reason
            )
        )
    return results
