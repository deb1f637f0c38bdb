"""Reviews of leads. What a person approves is exactly the draft that was shown: a draft that would
have another content now is made again and has to be read again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from outrider.access.models import Caller
from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.contacts.service import ContactService
from outrider.kit import clock, ids, parallel
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action
from outrider.kit.errors import Contended, OutriderError, PreconditionFailed, ValidationFailed
from outrider.leads.errors import LeadNotFound
from outrider.leads.events import decision_events, lead_event
from outrider.leads.models import Lead, LeadDraft
from outrider.leads.repository import LeadRepository
from outrider.leads.schemas import LeadView
from outrider.messages.content.drafting import DraftingService
from outrider.messages.errors import NotDrafted
from outrider.messages.models import Content
from outrider.workflows.models import Workflow
from outrider.workflows.repository import WorkflowRepository
from outrider.workflows.reviews.drafts import draft_of, made_again
from outrider.workflows.reviews.errors import (
    DraftOutdated,
    DraftReplaced,
    NotEditable,
    NotInReview,
    NotRejectable,
    WorkflowWithoutContact,
)
from outrider.workflows.reviews.schemas import (
    LeadApproval,
    LeadApprovals,
    LeadDraftEdit,
    LeadRejection,
    LeadRejections,
    LeadReviewResult,
    LeadReviewResults,
)

Keep = Callable[[LeadView], Sequence[Action]]


@dataclass(frozen=True, slots=True)
class ReviewService:
    """Reviews of the leads of the caller's workspace."""

    caller: Caller
    leads: LeadRepository
    workflows: WorkflowRepository
    contacts: ContactService
    drafting: DraftingService

    def approve(self, lead_id: str, approval: LeadApproval, if_match: int | None) -> LeadView:
        """Approve the draft of a lead, which then is enrolled and gets exactly this email. One that
        was approved before stays as it is.

        Raises LeadNotFound; PreconditionFailed if the version is not `if_match`; NotInReview;
        DraftReplaced if the draft is another one; DraftOutdated if it was made again, because its
        content would be another one now; NotDrafted if none can be made; WorkflowWithoutContact.
        """
        self.caller.begin()
        return self._approve(lead_id, approval.draft_hash, if_match, self.caller.keep_actions)

    def approve_many(self, approvals: LeadApprovals) -> LeadReviewResults:
        """Approve the drafts of several leads, each as `approve` does."""
        self.caller.begin()
        hashes = approvals.draft_hashes
        return self._each(
            approvals.ids,
            "approved",
            lambda lead_id: self._approve(lead_id, hashes.get(lead_id), None, _no_actions),
        )

    def reject(self, lead_id: str, rejection: LeadRejection, if_match: int | None) -> LeadView:
        """Reject a lead: it is disqualified, and nothing is sent to it. Of one that was rejected
        before only the reason changes, if another one is given.

        Raises LeadNotFound; PreconditionFailed if the version is not `if_match`; NotRejectable.
        """
        self.caller.begin()
        return self._reject(lead_id, rejection.reason, if_match, self.caller.keep_actions)

    def reject_many(self, rejections: LeadRejections) -> LeadReviewResults:
        """Reject several leads, each as `reject` does."""
        self.caller.begin()
        return self._each(
            rejections.ids,
            "rejected",
            lambda lead_id: self._reject(lead_id, rejections.reason, None, _no_actions),
        )

    def edit(self, lead_id: str, edit: LeadDraftEdit, if_match: int | None) -> LeadView:
        """Change the draft of a lead in review.

        Raises LeadNotFound; PreconditionFailed if the version is not `if_match`; NotInReview;
        NotEditable; ValidationFailed if the content cannot be sent; WorkflowWithoutContact.
        """
        self.caller.begin()
        given = edit.model_fields_set
        for _ in attempts():
            lead = self._require(lead_id, if_match)
            draft, workflow = self._in_review(lead)
            if not draft.mailbox_id:
                raise NotEditable
            words = Content(
                subject=" ".join(edit.subject.split()) if "subject" in given else draft.subject,
                text=edit.text if "text" in given else draft.text,
                html=edit.html if "text" in given else draft.html,
            )
            try:
                first = self._first_message(lead, draft, workflow, words)
            except NotDrafted as error:
                raise ValidationFailed(error.detail) from error
            after = lead.changed(draft=draft_of(first, is_edited=True))
            view = self._view(after, workflow)
            try:
                self.leads.change(lead, after, (), self.caller.keep_actions(view))
            except PreconditionFailed:
                continue
            return view
        raise _contended()

    def _approve(
        self, lead_id: str, draft_hash: str | None, if_match: int | None, keep: Keep
    ) -> LeadView:
        for _ in attempts():
            lead = self._require(lead_id, if_match)
            if lead.draft and lead.approved_at and draft_hash in (None, lead.draft.hash):
                return self._view(lead, self._workflow(lead))
            draft, workflow = self._in_review(lead)
            if draft_hash not in (None, draft.hash):
                raise DraftReplaced(str(draft_hash), draft.hash)
            words = Content(subject=draft.subject, text=draft.text, html=draft.html)
            is_written = draft.edited_at is not None or draft.provider is not None
            first = self._first_message(lead, draft, workflow, words if is_written else None)
            try:
                if first.hash != draft.hash:
                    anew = made_again(draft, first)
                    self.leads.change(lead, lead.changed(draft=anew), ())
                    raise DraftOutdated(anew.hash)
                after = lead.at_stage("contact", status="qualified", approved_at=clock.timestamp())
                view = self._view(after, workflow)
                approved = lead_event(self.caller, "approved", after)
                still_open = self.workflows.check_open_action(workflow.id)
                self.leads.change(lead, after, [approved], [still_open, *keep(view)])
            except PreconditionFailed:
                continue
            return view
        raise _contended()

    def _reject(
        self, lead_id: str, reason: str | None, if_match: int | None, keep: Keep
    ) -> LeadView:
        for _ in attempts():
            lead = self._require(lead_id, if_match)
            workflow = self._workflow(lead)
            if lead.status == "disqualified" and lead.decided_at:
                if reason in (None, lead.status_reason):
                    return self._view(lead, workflow)
                after = lead.changed(status_reason=reason)
            else:
                after = _rejected(lead, reason)
            view = self._view(after, workflow)
            events = decision_events(self.caller, lead, after)
            try:
                self.leads.change(lead, after, events, keep(view))
            except PreconditionFailed:
                continue
            return view
        raise _contended()

    def _each(
        self,
        lead_ids: Sequence[str],
        done: Literal["approved", "rejected"],
        review: Callable[[str], LeadView],
    ) -> LeadReviewResults:
        def result(lead_id: str) -> LeadReviewResult:
            try:
                review(lead_id)
            except OutriderError as error:
                is_known = not isinstance(error, LeadNotFound)
                reason = None if is_known else ids.mistaken("lead", lead_id)
                return LeadReviewResult(
                    id=lead_id, result="failed", code=error.code, reason=reason or error.detail
                )
            return LeadReviewResult(id=lead_id, result=done)

        return LeadReviewResults.of(parallel.each(result, list(dict.fromkeys(lead_ids))))

    def _in_review(self, lead: Lead) -> tuple[LeadDraft, Workflow]:
        """Return the draft and the workflow of a lead that waits for approval. Raises NotInReview,
        and WorkflowWithoutContact."""
        if lead.status != "review" or lead.draft is None:
            raise NotInReview(lead)
        workflow = self._workflow(lead)
        if workflow is None or "contact" not in workflow.stages:
            raise WorkflowWithoutContact
        return lead.draft, workflow

    def _first_message(
        self, lead: Lead, draft: LeadDraft, workflow: Workflow, words: Content | None
    ) -> FirstMessage:
        return self.drafting.draft(
            str(workflow.campaign_id), lead.contact_id, words, mailbox_id=draft.mailbox_id
        )

    def _require(self, lead_id: str, if_match: int | None) -> Lead:
        lead = self.leads.get(lead_id)
        if lead is None:
            raise LeadNotFound
        PreconditionFailed.check(if_match, lead.version)
        return lead

    def _workflow(self, lead: Lead) -> Workflow | None:
        if lead.workflow_id is None:
            return None
        return self.workflows.several([lead.workflow_id]).get(lead.workflow_id)

    def _view(self, lead: Lead, workflow: Workflow | None) -> LeadView:
        contact = self.contacts.several([lead.contact_id]).get(lead.contact_id)
        return LeadView.of(lead, contact, workflow)


def _rejected(lead: Lead, reason: str | None) -> Lead:
    """Return the lead without its draft, disqualified by a person. Raises NotRejectable."""
    waits = lead.status == "qualified" and lead.stage == "contact"
    if lead.status != "review" and not waits:
        raise NotRejectable(lead)
    return lead.at_stage(
        None,
        status="disqualified",
        status_reason=reason,
        decided_at=clock.timestamp(),
        draft=None,
        approved_at=None,
    )


def _no_actions(_: LeadView) -> Sequence[Action]:
    """Return no writes: the response is stored with the results of all leads."""
    return ()


def _contended() -> Contended:
    return Contended("Others keep changing this lead")
