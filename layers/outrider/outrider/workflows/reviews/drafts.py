"""Drafts of leads, and the first messages of campaigns that they are."""

from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.kit import clock
from outrider.leads.models import LeadDraft


def draft_of(first: FirstMessage, *, is_edited: bool = False) -> LeadDraft:
    """Return the draft of a lead with this first message, made or edited just now."""
    now = clock.timestamp()
    return LeadDraft(
        **first.model_dump(), hash=first.hash, made_at=now, edited_at=now if is_edited else None
    )


def first_message_of(draft: LeadDraft) -> FirstMessage:
    """Return the first message that a draft is."""
    return FirstMessage.model_validate(draft.model_dump(include=set(FirstMessage.model_fields)))
