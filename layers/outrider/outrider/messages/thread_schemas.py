"""Requests and responses of threads."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field

from outrider.campaigns.enrollments.schemas import ContactId
from outrider.kit.http.pagination import PageQuery
from outrider.kit.models import Model
from outrider.messages.models import Message
from outrider.messages.schemas import MessageView


class ThreadQuery(PageQuery):
    contact_id: Annotated[ContactId, Field(description="The contact whose threads are listed")]


class ThreadSummary(Model):
    """A thread without its messages."""

    id: str
    object: Literal["thread"] = "thread"
    contact_id: str
    campaign_id: str
    subject: str | None
    message_count: int
    """How many messages it has, replies included."""
    last_message_at: str
    """When its last message was sent or planned, or its last reply came in (RFC 3339)."""
    last_reply_at: str | None
    """When its last reply came in (RFC 3339); null if there is none."""

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Self:
        """Return the summary of a thread from all its messages, newest first."""
        newest = messages[0]
        replies = (each.created_at for each in messages if each.direction == "in")
        return cls(
            id=newest.thread_id,
            contact_id=newest.contact_id,
            campaign_id=newest.campaign_id,
            subject=next((each.subject for each in reversed(messages) if each.subject), None),
            message_count=len(messages),
            last_message_at=newest.created_at,
            last_reply_at=next(replies, None),
        )


class MessageThread(Model):
    """Messages to a contact in a campaign and the replies, oldest first: the newest 200, without
    HTML."""

    id: str
    object: Literal["thread"] = "thread"
    contact_id: str
    campaign_id: str
    subject: str | None
    messages: list[MessageView]
