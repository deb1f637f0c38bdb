"""Drafts of the first email to a lead: by the model of the workspace, else by the template."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.leads.models import LeadDraft
from outrider.messages.content.drafting import DraftingService
from outrider.messages.errors import NotDrafted
from outrider.messages.models import Content
from outrider.research.service import ResearchService
from outrider.workflows.reviews.drafts import draft_of
from outrider.writing.errors import WritingFailed
from outrider.writing.models import DraftRequest, SummaryRequest
from outrider.writing.port import Writer


@dataclass(frozen=True, slots=True)
class LeadDrafting:
    """Drafts for the review of leads. `model_writer` returns the writer of a workspace with a
    provider of language models, or None; `research` constructs the service that knows what was read
    about a company."""

    drafting: DraftingService
    research: Callable[[], ResearchService]
    model_writer: Callable[[], Writer | None]

    def draft(self, campaign_id: str, contact_id: str) -> LeadDraft:
        """Return the first email to the contact. A model writes it if the workspace has one and
        something is known about the recipient; if that fails, it is the template's and says why.

        Raises CampaignNotFound, ContactNotFound, and NotDrafted if the template cannot be rendered.
        """
        first = self.drafting.draft(campaign_id, contact_id)
        writer = self.model_writer() if first.mailbox_id else None
        if writer is None:
            return draft_of(first)
        recipient = self.research().recipient(contact_id)
        if recipient is None or not recipient.facts:
            return draft_of(first, provider_failure="Nothing is known about the recipient")
        try:
            return self._written(writer, recipient, campaign_id, contact_id, first)
        except (WritingFailed, NotDrafted) as failure:
            return draft_of(first, provider_failure=failure.detail)

    def _written(
        self,
        writer: Writer,
        recipient: SummaryRequest,
        campaign_id: str,
        contact_id: str,
        first: FirstMessage,
    ) -> LeadDraft:
        """Return the email that the model wrote. Raises WritingFailed, and NotDrafted if it cannot
        be sent."""
        template = self.drafting.template(campaign_id, contact_id, first.mailbox_id)
        written = writer.draft(
            DraftRequest(recipient=recipient, subject=template.subject, text=template.text or "")
        )
        words = Content(subject=written.subject, text=written.text, html=None)
        first = self.drafting.draft(campaign_id, contact_id, words, mailbox_id=first.mailbox_id)
        return draft_of(first, provider=written.provider, claims=written.claims)
