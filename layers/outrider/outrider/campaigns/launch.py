"""Launch of a sequence, or of a campaign created from one: enrolls the audience and starts the
clock.

Everything before the last transaction is idempotent: an interrupted launch is finished by launching
again with the same audience. Until then the campaign is a draft and reserved for that launch.
Contacts of a filter are enrolled afterwards, while the campaign runs (`audience.runner`).
"""

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from outrider.access.models import Caller
from outrider.campaigns.audience.enroller import AT_ONCE, Enroller
from outrider.campaigns.audience.models import new_job
from outrider.campaigns.audience.repository import AudienceRepository
from outrider.campaigns.audience.results import counted, nobody, results_of
from outrider.campaigns.errors import LaunchedElsewhere, WrongStatus
from outrider.campaigns.models import SHARD_SIZE, Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import (
    CampaignLaunched,
    CampaignView,
    EnrollResult,
    LaunchRequest,
    SequenceLaunched,
)
from outrider.contacts.models import Contact
from outrider.contacts.service import ContactService
from outrider.kit import clock, ids, json, parallel
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, batch_get, transact, try_transact
from outrider.kit.errors import Contended, PreconditionFailed, ValidationFailed
from outrider.mailboxes.health.remedies import why_it_cannot_send
from outrider.mailboxes.service import MailboxService
from outrider.sequences.errors import (
    LaunchUnderWay,
    MailboxPoolNotWarmed,
    SequenceNotDraft,
    WorkflowDecides,
)
from outrider.sequences.models import Sequence, Settings, Step
from outrider.sequences.schemas import SequenceSummary
from outrider.sequences.service import SequenceService, require_sendable

_LATEST_START = timedelta(days=366)
_NAMED = 3
"""Maximum number of mailboxes whose problems an error message lists."""


@dataclass(frozen=True, slots=True)
class LaunchService:
    """Launches of the sequences and campaigns of one workspace. `enroller` makes the enroller for a
    campaign, its first step, and a condition check for each transaction."""

    caller: Caller
    sequences: SequenceService
    mailboxes: MailboxService
    contacts: ContactService
    campaigns: CampaignRepository
    audiences: AudienceRepository
    enroller: Callable[[Campaign, Step, Callable[[], Action]], Enroller]

    def launch_sequence(
        self, sequence_id: str, request: LaunchRequest, if_match: int | None = None
    ) -> SequenceLaunched:
        """Launch a draft sequence. If none of the requested contacts can be enrolled, the sequence
        stays a draft.

        Raises: SequenceNotFound; SequenceNotDraft; PreconditionFailed if the draft is not at
        version `if_match`, or its steps are not of the requested version; MailboxPoolNotWarmed if
        no mailbox can send; ValidationFailed if lint finds errors (such as a step without content)
        or no contact can be enrolled; LaunchUnderWay if another launch has begun;
        LaunchedElsewhere.
        """
        self.caller.begin()
        sequence = self.sequences.get(sequence_id)
        _require_no_workflow("sequence", sequence.workflow_id)
        if sequence.status not in ("draft", "launching"):
            raise SequenceNotDraft(sequence.status)
        has_begun = sequence.status == "launching"  # and has made the next version of the draft
        PreconditionFailed.check(if_match, sequence.version - has_begun)
        _require_steps(request, sequence)
        steps = self._steps(
            sequence, sequence.mailbox_pool, sequence.settings, to_somebody=request.has_audience
        )
        contacts = self._contacts(request, begun=has_begun)
        launching, campaign = self._of_sequence(sequence, request)
        results = self._enroll(campaign, steps[0], request.contact_ids, contacts)
        if results and not counted(results).added:
            back = [
                self.sequences.withdraw_launch_action(launching),
                self.campaigns.remove_action(campaign),
            ]
            self._withdraw(campaign, back)
            raise nobody(results)
        launched = launching.launched()
        answer = SequenceLaunched(
            **SequenceSummary.of(launched).model_dump(),
            counts=counted(results),
            results=results,
        )
        end = self.sequences.end_launch_action(launching, launched, answer.counts.added)
        self._activate(campaign, self._launched(campaign, request), request, answer, [end])
        return answer

    def launch_campaign(
        self, campaign_id: str, request: LaunchRequest, if_match: int | None = None
    ) -> CampaignLaunched:
        """Launch a draft campaign, as `launch_sequence` does.

        Raises: CampaignNotFound; PreconditionFailed; WrongStatus; SequenceNotFound;
        MailboxPoolNotWarmed; ValidationFailed; LaunchUnderWay; LaunchedElsewhere; Contended.
        """
        self.caller.begin()
        found = self.campaigns.require(campaign_id)
        _require_no_workflow("campaign", found.workflow_id)
        if found.status != "draft":
            raise WrongStatus("launched", found.status)
        if found.leads_sequence:
            remedy = "finish the launch of its sequence with POST /v1/sequences/{id}/launch"
            raise WrongStatus("launched", "being launched", remedy)
        PreconditionFailed.check(if_match, found.version - bool(found.asked))
        sequence = self.sequences.get(found.sequence_id)
        if found.asked:
            sequence = sequence.model_copy(update={"steps_version": found.steps_version})
        _require_steps(request, sequence)
        steps = self._steps(
            sequence, found.mailbox_pool, found.settings, to_somebody=request.has_audience
        )
        contacts = self._contacts(request, begun=bool(found.asked))
        campaign = self._begun(found, sequence, request)
        results = self._enroll(campaign, steps[0], request.contact_ids, contacts)
        if results and not counted(results).added:
            self._withdraw(
                campaign, [self.campaigns.change_action(campaign, campaign.changed(asked=""))]
            )
            raise nobody(results)
        after = self._launched(campaign, request)
        answer = CampaignLaunched(
            **CampaignView.of(after).model_dump(), counts=counted(results), results=results
        )
        self._activate(campaign, after, request, answer, [])
        return answer

    def launch_empty(self, campaign_id: str) -> None:
        """Launch the draft campaign of a workflow, which enrolls contacts itself later, and the
        sequence that the campaign leads. If it was launched before, its next enrollments get the
        current steps of its sequence. Idempotent.

        Raises: CampaignNotFound; SequenceNotFound; MailboxPoolNotWarmed; ValidationFailed if lint
        finds errors; Contended.
        """
        for _ in attempts():
            campaign = self.campaigns.require(campaign_id)
            sequence = self.sequences.get(campaign.sequence_id)
            is_draft, version = campaign.status == "draft", sequence.steps_version
            if not is_draft and campaign.steps_version == version:
                return
            self._steps(sequence, campaign.mailbox_pool, campaign.settings, to_somebody=True)
            if not is_draft:
                after = campaign.changed(steps_version=version)
                event = self.caller.event("campaign.updated", **campaign.names())
                actions = [self.campaigns.change_action(campaign, after, [event])]
            else:
                actions = self._launch_empty_actions(campaign, sequence)
            if try_transact(*actions):
                return
        raise Contended("Another request changed this campaign")

    def _launch_empty_actions(self, draft: Campaign, sequence: Sequence) -> list[Action]:
        launched = self._launched(draft, LaunchRequest()).model_copy(
            update={"steps_version": sequence.steps_version}
        )
        event = self.caller.event("campaign.launched", **draft.names(), enrolled=0, by_filter=False)
        actions = [self.campaigns.change_action(draft, launched, [event])]
        if draft.leads_sequence:
            actions.append(self.sequences.end_launch_action(sequence, sequence.launched(), 0))
        return actions

    def _steps(
        self, sequence: Sequence, pool: str, settings: Settings, *, to_somebody: bool
    ) -> Many[Step]:
        """Return the steps to carry out, after checking that they can be sent, which includes their
        content if they go `to_somebody`. A mailbox is needed only if a step is an email."""
        steps = self.sequences.steps(sequence)
        if any(step.channel == "email" for step in steps):
            self._require_sending(pool)
        require_sendable(steps, settings, to_somebody=to_somebody)
        return steps

    def _require_sending(self, pool: str) -> None:
        """Raise MailboxPoolNotWarmed if no mailbox of the pool can send. A mailbox in warm-up can,
        up to its low daily cap."""
        mailboxes = self.mailboxes.of_pool(pool)
        if not mailboxes and not self.mailboxes.has_pool(pool):
            raise MailboxPoolNotWarmed(
                f"There is no mailbox pool {pool}. Create it with POST /v1/mailbox-pools, or choose"
                " another with PATCH mailbox_pool"
            )
        if not mailboxes:
            raise MailboxPoolNotWarmed(
                f"There is no mailbox in {pool}. Add one with POST /v1/mailboxes"
            )
        if not any(mailbox.can_send for mailbox in mailboxes):
            reasons = "; ".join(why_it_cannot_send(mailbox)[1] for mailbox in mailboxes[:_NAMED])
            raise MailboxPoolNotWarmed(f"No mailbox in {pool} can send. {reasons}")

    def _of_sequence(self, sequence: Sequence, request: LaunchRequest) -> tuple[Sequence, Campaign]:
        """Return the sequence in launch and its campaign, which is created if this is the first
        attempt."""
        asked = _asked(request)
        if sequence.campaign_id and (begun := self.campaigns.get(sequence.campaign_id)):
            if begun.asked != asked:
                raise LaunchUnderWay
            return sequence, begun
        _require_to_come(request.start_at)
        now = clock.timestamp()
        campaign = Campaign(
            id=ids.new("cam"),
            name=sequence.name,
            sequence_id=sequence.id,
            steps_version=sequence.steps_version,
            mailbox_pool=sequence.mailbox_pool,
            settings=sequence.settings,
            asked=asked,
            start_at=request.start_at,
            created_at=now,
            updated_at=now,
        )
        created = self.caller.event(
            "campaign.created", campaign_id=campaign.id, sequence_id=sequence.id
        )
        launching = sequence.launching(campaign.id)
        try:
            transact(
                self.sequences.begin_launch_action(sequence, launching),
                self.campaigns.add_action(campaign, [created]),
            )
        except TransactionFailed as failure:
            raise LaunchedElsewhere from failure
        return launching, campaign

    def _begun(self, draft: Campaign, sequence: Sequence, request: LaunchRequest) -> Campaign:
        """Reserve the draft for this launch, with the current steps of the sequence."""
        asked = _asked(request)
        if draft.asked:
            if draft.asked != asked:
                raise LaunchUnderWay
            return draft
        _require_to_come(request.start_at)
        campaign = draft.changed(
            asked=asked, start_at=request.start_at, steps_version=sequence.steps_version
        )
        try:
            transact(self.campaigns.change_action(draft, campaign))
        except TransactionFailed as failure:
            raise Contended("Another request changed this campaign") from failure
        return campaign

    def _contacts(self, request: LaunchRequest, *, begun: bool) -> Mapping[str, Contact]:
        """Return the requested contacts that exist, by id. Raise ValidationFailed if none does,
        unless the launch has begun, which then has to be finished."""
        found = self.contacts.several(list(dict.fromkeys(request.contact_ids)))
        if request.contact_ids and not found and not begun:
            raise nobody(results_of(request.contact_ids, (), {}))
        return found

    def _withdraw(self, campaign: Campaign, actions: Many[Action]) -> None:
        """Undo the start of a launch that enrolled no contact, so that it can be launched for
        another audience."""
        counters = self.campaigns.counters(campaign.id)
        counted = batch_get(counters.keys()).values()
        try:
            transact(*actions, *counters.check_unchanged_actions(counted, ("total",)))
        except TransactionFailed as failure:
            raise LaunchedElsewhere from failure

    def _enroll(
        self,
        campaign: Campaign,
        first: Step,
        contact_ids: Many[str],
        contacts: Mapping[str, Contact],
    ) -> list[EnrollResult]:
        check = partial(self.campaigns.check_launching_action, campaign.id, campaign.asked)
        enroller = self.enroller(campaign, first, check)
        try:
            parts = parallel.chunks(enroller.enroll, list(contacts.values()), AT_ONCE)
        except TransactionFailed as failure:
            raise LaunchedElsewhere from failure
        skipped = {contact_id: reason for part in parts for contact_id, reason in part.items()}
        return results_of(contact_ids, contacts.keys(), skipped)

    def _launched(self, campaign: Campaign, request: LaunchRequest) -> Campaign:
        """Return the campaign as active. A filter cannot match more contacts than the workspace
        has, which sets the number of index shards."""
        by_filter = request.filter is not None
        most = self.contacts.count() if by_filter else 0
        return campaign.changed(
            status="active",
            has_filter=by_filter,
            has_audience=request.has_audience,
            audiences=int(by_filter),
            due_shards=max(1, -(-most // SHARD_SIZE)),
        )

    def _activate(
        self,
        campaign: Campaign,
        launched: Campaign,
        request: LaunchRequest,
        answer: SequenceLaunched | CampaignLaunched,
        also: Many[Action],
    ) -> None:
        event = self.caller.event(
            "campaign.launched",
            campaign_id=campaign.id,
            sequence_id=campaign.sequence_id,
            enrolled=answer.counts.added,
            by_filter=launched.enrolling,
        )
        actions = [*also, self.campaigns.change_action(campaign, launched, [event])]
        if request.filter is not None:
            job = new_job(self.caller, launched, request.filter, campaign.asked)
            actions.append(self.audiences.add_action(campaign.id, job))
        try:
            transact(*actions, *self.caller.keep_actions(answer))
        except TransactionFailed as failure:
            raise LaunchedElsewhere from failure


def _asked(request: LaunchRequest) -> str:
    """Return an id derived from the requested audience and start: the same request has the same
    id."""
    start = [request.start_at] if request.start_at else []
    if request.filter is not None:
        asked = json.canonical(json.dumps(request.filter)).decode()
        return ids.derived("aud", "filter", asked, *start)
    return ids.derived("aud", *request.contact_ids, *start)


def _require_steps(request: LaunchRequest, sequence: Sequence) -> None:
    """Raise PreconditionFailed if the steps to launch are not those that the request expects."""
    if request.steps_version not in (None, sequence.steps_version):
        raise PreconditionFailed(
            f"The steps are now of version {sequence.steps_version}, not {request.steps_version}:"
            f" read them again, then send steps_version {sequence.steps_version}"
        )


def _require_no_workflow(what: str, workflow_id: str | None) -> None:
    if workflow_id:
        remedy = f"run the workflow with POST /v1/workflows/{workflow_id}/run"
        raise WorkflowDecides(what, workflow_id, remedy)


def _require_to_come(start_at: str | None) -> None:
    """Raise ValidationFailed unless `start_at` is within the next 366 days."""
    now = clock.now()
    if start_at and not now < clock.from_text(start_at) <= now + _LATEST_START:
        detail = f"start_at must be within 366 days from now, {clock.to_text(now)}"
        raise ValidationFailed.at("/start_at", detail)
