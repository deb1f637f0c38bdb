"""Requests and responses of the messages API."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, Self, get_args

from pydantic import ConfigDict, Field, model_validator

from outrider.campaigns.models import EnrollmentState, Said
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Checked, Input
from outrider.kit.http.pagination import MAX_CURSOR_LENGTH, PageQuery
from outrider.kit.http.requests import Instant
from outrider.kit.models import Model
from outrider.kit.text.addresses import Email
from outrider.messages.bounces.reasons import BounceKind, BounceReason
from outrider.messages.models import Classification, Direction, GateName, Message, State
from outrider.sequences.lint.findings import Rule, Severity
from outrider.sequences.models import Channel, ReplyClass

MAX_SHOWN = 2_000
"""Maximum number of characters of a message's text in a list."""

_LONGEST_ID = 64
Filter = Annotated[str | None, Field(max_length=_LONGEST_ID)]


class CreatedBetween(Checked):
    """Filters for a range of creation times."""

    created_after: Annotated[
        Instant | None, Field(description="Created after this moment (RFC 3339)")
    ] = None
    created_before: Annotated[
        Instant | None, Field(description="Created before this moment (RFC 3339)")
    ] = None


class MessageQuery(PageQuery, CreatedBetween):
    """Filters of the message list, which may be combined freely. If they drop most messages, a page
    may be short or empty although more follow: `has_more` is then true. Without `contact_id`,
    `campaign_id` or an open `status`, messages come from the event feed: they appear seconds after
    they are recorded, for 400 days."""

    contact_id: Filter = None
    campaign_id: Filter = None
    mailbox_id: Filter = None
    status: Annotated[
        State | None, Field(description="`unknown` and `pending` messages need a person's action")
    ] = None
    direction: Direction | None = None
    channel: Channel | None = None
    classification: Annotated[ReplyClass | None, Field(description="Class of the reply")] = None

    @property
    def given(self) -> frozenset[str]:
        return frozenset(self.question())

    def matches(self, message: Message) -> bool:
        asked = self.question()
        value = message.classification.value if message.classification else None
        if asked.pop("classification", value) != value:
            return False
        if message.created_at <= asked.pop("created_after", ""):
            return False
        if message.created_at >= asked.pop("created_before", "~"):
            return False
        if message.state != asked.pop("status", message.state):
            return False
        return all(getattr(message, name) == wanted for name, wanted in asked.items())


Id = Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)]


class StepChoice(Checked):
    """A step of a sequence, and the contact to render it for. Without `variant_id` it is the
    contact's variant; without `mailbox_id` it is the mailbox of the contact's first message, or one
    of the pool."""

    step_id: Id
    contact_id: Id
    variant_id: Id | None = None
    mailbox_id: Id | None = None


class PreviewQuery(StepChoice):
    sequence_id: Id


class PreviewFinding(Model):
    """A lint finding, or a reason why the step cannot be sent to this contact: a template variable
    without a value or default, no mailbox, no phone number, or another error of the content.
    `where` is a JSON Pointer into the sequence with its steps."""

    rule: Rule | Literal["missing_value", "no_mailbox", "no_phone", "not_sendable"]
    severity: Severity
    step: str | None
    where: str
    message: str


class Preview(Model):
    """A step as it would be rendered for a contact now. `html` and `text` are what the recipient
    reads; with click tracking, the `tracked_links` of the HTML become tracking links. Unsubscribe
    links in a preview have no effect. `enrolled` is false before the launch; variants and spintax
    are then chosen again for the campaign. Parts that cannot be rendered are null, and `findings`
    explain why; `sendable` is true if there is no error."""

    object: Literal["preview"] = "preview"
    sequence_id: str
    step_id: str
    variant_id: str
    contact_id: str
    mailbox_id: str | None
    channel: Channel
    enrolled: bool
    sender: str | None
    recipient: str | None
    subject: str | None
    text: str | None
    html: str | None
    headers: dict[str, str]
    tracked_links: list[str]
    sendable: bool
    findings: list[PreviewFinding]


class TestSend(Input, StepChoice):
    """The step to send, the contact to render it for, and the recipient `to`: the address of a
    mailbox of the workspace."""

    to: Email


TestResult = Literal["sent", "not_sent", "unknown"]


class TestMessage(Model):
    """A test message and its outcome. `not_sent`: the provider refused it, and `detail` is its
    reply. `unknown`: it may have been sent; check the inbox of the recipient."""

    id: str
    object: Literal["test_message"] = "test_message"
    sequence_id: str
    step_id: str
    variant_id: str
    contact_id: str
    mailbox_id: str
    to: str
    subject: str
    result: TestResult
    detail: str | None


class TaskCompletion(Input):
    outcome: Annotated[
        str | None,
        Field(max_length=2_000, description="Outcome of the task, shown with the message"),
    ] = None


class Settlement(Input):
    outcome: Annotated[
        Said,
        Field(description="Whether it was sent, as found in the sent folder or at the recipient"),
    ]


MAX_SETTLED = 100
_FILTERS = ("campaign_id", "mailbox_id", "created_after", "created_before")


class SettlementRequest(Input, CreatedBetween):
    """Outcome of messages whose status is `unknown`: those in `message_ids`, or those that match
    all filters, up to 100 in a call, newest first. `cursor` is the `next_cursor` of the previous
    call with the same filters."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                json_schema.given(
                    "message_ids", {name: {"type": "null"} for name in (*_FILTERS, "cursor")}
                ),
                {
                    "properties": {"message_ids": {"type": "null"}},
                    **json_schema.any_of(*_FILTERS),
                },
            ]
        }
    )

    outcome: Annotated[
        Said,
        Field(
            description="Whether they were sent, as found in the sent folder or at the recipient"
        ),
    ]
    message_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_SETTLED)] | None = None
    campaign_id: Id | None = None
    mailbox_id: Id | None = None
    cursor: Annotated[str, Field(max_length=MAX_CURSOR_LENGTH)] | None = None

    @model_validator(mode="after")
    def _names_messages(self) -> Self:
        filtered = any(getattr(self, name) is not None for name in _FILTERS)
        if filtered == (self.message_ids is not None):
            raise ValueError(f"Give either message_ids, or at least one of {', '.join(_FILTERS)}")
        if self.cursor is not None and not filtered:
            raise ValueError("cursor goes with filters: message_ids are settled in one call")
        return self

    def query(self) -> MessageQuery:
        """Return the query for the messages that match the filters."""
        filters = {name: getattr(self, name) for name in _FILTERS}
        return MessageQuery(status="unknown", limit=MAX_SETTLED, cursor=self.cursor, **filters)


SettlementKind = Literal["settled", "not_unknown", "not_found", "contended"]


class SettlementResult(Model):
    """Result for one message. `not_unknown`: it was already settled and is unchanged. `contended`:
    other requests kept changing it; settle it again. `reason` explains every result but
    `settled`."""

    id: str
    result: SettlementKind
    """Result for the message."""
    reason: str | None = None


class SettlementBatch(Model):
    """One result for each message. With filters, `has_more` means that more messages may follow
    after `next_cursor`, even if a call found few or none."""

    object: Literal["settlement_batch"] = "settlement_batch"
    counts: dict[SettlementKind, int]
    results: list[SettlementResult]
    has_more: bool
    next_cursor: str | None

    @classmethod
    def of(cls, results: Sequence[SettlementResult], next_cursor: str | None) -> Self:
        counted = Counter(each.result for each in results)
        kinds: tuple[SettlementKind, ...] = get_args(SettlementKind)
        return cls(
            counts={kind: counted[kind] for kind in kinds},
            results=list(results),
            has_more=next_cursor is not None,
            next_cursor=next_cursor,
        )


class MessageView(Model):
    """The one message of a step of an enrollment, recorded when its outcome is known, or a reply
    that was received. `unknown` means that it may or may not have been sent; it is never resent
    automatically. The times of events after sending (`delivered_at`, `opened_at`, …) are those of
    the first such event."""

    id: str
    object: Literal["message"] = "message"
    thread_id: str
    """Id of the thread: the same for all messages of an enrollment and their replies."""
    direction: Direction
    channel: Channel
    contact_id: str
    lead_id: str | None
    """The lead that a workflow enrolled; null if none did."""
    campaign_id: str
    sequence_id: str
    enrollment_id: str
    step_id: str
    variant_id: str
    mailbox_id: str | None
    """The sending mailbox; null if the message is not an email."""
    sender: str | None
    recipient: str | None
    status: State
    reason: str | None
    subject: str | None
    text: str | None
    html: str | None
    rfc_message_id: str | None
    due_at: str | None
    """Deadline of a manual task."""
    completed_at: str | None
    outcome: str | None
    """Outcome of a manual task, as entered by the person who completed it."""
    links: list[str]
    """Destinations of the tracking links, in the order of their numbers."""
    created_at: str
    sent_at: str | None
    delivered_at: str | None
    opened_at: str | None
    """First open by a person; `machine_opened_at` is the first open by a bot."""
    machine_opened_at: str | None
    clicked_at: str | None
    bounced_at: str | None
    bounce: BounceKind | None
    bounce_reason: BounceReason | None
    complained_at: str | None
    unsubscribed_at: str | None
    replied_at: str | None
    """First reply by a person."""
    in_reply_to: str | None
    """For a reply: the id of the message that it answers."""
    refers_to: str | None
    """For a reply of class `wrong_person`: the first other address in it. Nothing is sent to it."""
    classification: Classification | None
    """Class of a reply; for an outgoing message, the class that its replies are counted as."""

    @classmethod
    def of(cls, message: Message, **instead: str | None) -> Self:
        """Return the public view of the message; `instead` overrides fields."""
        renamed = {"status": message.state, "mailbox_id": message.mailbox_id or None}
        return cls.model_validate({**vars(message), **renamed, **instead})

    @classmethod
    def without_html(cls, message: Message, characters: int | None = None) -> Self:
        """Return the view for lists: without HTML, and with at most `characters` of the text."""
        text = message.text[:characters] if message.text else message.text
        return cls.of(message, text=text, html=None)


class ClosedGate(Model):
    """A closed gate; `until` is the time at which it opens without a person's action."""

    gate: GateName
    reason: str
    remedy: str
    until: str | None = None


class StepToCome(Model):
    """The next step; `skipped_because` is set if its condition is not met, so that it will be
    skipped."""

    id: str
    channel: Channel
    condition: str
    skipped_because: str | None = None


class Explanation(Model):
    """State of an enrollment and of its next step. `due_at` is when the step is due.
    `earliest_send_at` is the earliest time at which it can be sent: its slot if it is queued
    (`blocked_reason` is `queued`), otherwise not before the campaign's clock wakes; null if a
    person must act first."""

    enrollment_id: str
    object: Literal["enrollment_explanation"] = "enrollment_explanation"
    campaign_id: str
    contact_id: str
    status: EnrollmentState
    """State of the contact in the campaign."""
    blocked_reason: str | None
    exit_reason: str | None
    step: StepToCome | None
    due_at: str | None
    gates: list[ClosedGate]
    earliest_send_at: str | None
