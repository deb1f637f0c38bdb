"""Drafts of leads, and the first messages of campaigns that they are."""

from collections.abc import Sequence

from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.kit import clock
from outrider.leads.models import LeadDraft
from outrider.writing.models import DraftClaim


def draft_of(
    first: FirstMessage,
    *,
    is_edited: bool = False,
    provider: str | None = None,
    claims: Sequence[DraftClaim] = (),
    provider_failure: str | None = None,
) -> LeadDraft:
    """Return the draft of a lead with this first message, made or edited just now, and who wrote
    it."""
    now = clock.timestamp()
    return LeadDraft(
        **first.model_dump(),
        hash=first.hash,
        made_at=now,
        edited_at=now if is_edited else None,
        provider=provider,
        claims=list(claims),
        provider_failure=provider_failure,
    )


def made_again(draft: LeadDraft, first: FirstMessage) -> LeadDraft:
    """Return a draft with this first message in place of its own, by the same writer."""
    return draft_of(
        first,
        is_edited=draft.edited_at is not None,
        provider=draft.provider,
        claims=draft.claims,
        provider_failure=draft.provider_failure,
    )


def first_message_of(draft: LeadDraft) -> FirstMessage:
    """Return the first message that a draft is."""
    return FirstMessage.model_validate(draft.model_dump(include=set(FirstMessage.model_fields)))
