"""What the API takes and gives about messages."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from outrider.campaigns.models import EnrollmentState, Said
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Checked, Input
from outrider.kit.http.pagination import MAX_CURSOR_LENGTH, PageQuery
from outrider.kit.http.requests import Instant
from outrider.kit.text.addresses import Email
from outrider.messages.bounces.reasons import BounceKind, BounceReason
from outrider.messages.models import Classification, Direction, GateName, Message, State
from outrider.sequences.lint.findings import Rule, Severity
from outrider.sequences.models import Channel, ReplyClass

MAX_SHOWN = 2_000
"""Characters of a message's text that a list shows."""

_LONGEST_ID = 64
Filter = Annotated[str | None, Field(max_length=_LONGEST_ID)]


class CreatedBetween(Checked):
    """Only what was created after one moment and before another."""

    created_after: Annotated[
        Instant | None, Field(description="Created after this moment (RFC 3339)")
    ] = None
    created_before: Annotated[
        Instant | None, Field(description="Created before this moment (RFC 3339)")
    ] = None


class MessageQuery(PageQuery, CreatedBetween):
    """Filters may be combined freely. Where many messages are left out, a page may be short or even
    empty and more may follow all the same: `has_more` says so. Without `contact_id`, `campaign_id`
    or an open `status`, messages are those that the feed of events tells of: seconds after they
    were recorded, and for 400 days."""

    contact_id: Filter = None
    campaign_id: Filter = None
    mailbox_id: Filter = None
    status: Annotated[
        State | None, Field(description="`unknown` and `pending` wait for somebody")
    ] = None
    direction: Direction | None = None
    channel: Channel | None = None
    classification: Annotated[
        ReplyClass | None, Field(description="What the message, a reply, was found to say")
    ] = None

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
    """A step of a sequence, and who would get it. Without `variant_id` it is the variant that the
    contact gets, without `mailbox_id` the mailbox that wrote to the contact first, or one of the
    pool."""

    step_id: Id
    contact_id: Id
    variant_id: Id | None = None
    mailbox_id: Id | None = None


class PreviewQuery(StepChoice):
    sequence_id: Id


class PreviewFinding(BaseModel):
    """What lint finds, or what keeps the step from being sent to this contact: a variable without
    a default for which the contact has no value, no mailbox to send from, no phone number, or
    something else about what it says. `where` is a JSON Pointer into the sequence with its
    steps."""

    rule: Rule | Literal["missing_value", "no_mailbox", "no_phone", "not_sendable"]
    severity: Severity
    step: str | None
    where: str
    message: str


class Preview(BaseModel):
    """A step as a contact would get it at this moment. `html` and `text` are what the recipient
    reads; with tracking the links of the HTML, `tracked_links`, lead through ours. Links to
    unsubscribe in a preview change nothing. Before the launch, variants and spintax are drawn anew
    for the campaign: then `enrolled` is false. What cannot be filled is null, and `findings` say
    why; `sendable` without an error."""

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
    """Which step to send, as which contact would get it, and where `to`: the address of a mailbox
    of the workspace."""

    to: Email


TestResult = Literal["sent", "not_sent", "unknown"]


class TestMessage(BaseModel):
    """A test message and what became of it. `not_sent`: the provider did not take it, and `detail`
    is what it said. `unknown`: it may have gone out; look at the mailbox it was sent to."""

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
        str | None, Field(max_length=2_000, description="What came of it, for whoever reads on")
    ] = None


class Settlement(Input):
    outcome: Annotated[
        Said, Field(description="What somebody found out who looked where it would be")
    ]


MAX_SETTLED = 100
_FILTERS = ("campaign_id", "mailbox_id", "created_after", "created_before")


class SettlementRequest(Input, CreatedBetween):
    """What became of many messages that are `unknown`: those given by id, or those that all of the
    filters let through, up to 100 in a call, newest first. `cursor` is `next_cursor` of the call
    before, with the same filters."""

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
        Said, Field(description="What somebody found out who looked where they would be")
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
        """The messages that the filters let through."""
        filters = {name: getattr(self, name) for name in _FILTERS}
        return MessageQuery(status="unknown", limit=MAX_SETTLED, cursor=self.cursor, **filters)


SettlementKind = Literal["settled", "not_unknown", "not_found", "contended"]


class SettlementResult(BaseModel):
    """What became of one message of a call. `not_unknown`: it was known already, and stays as it
    is. `contended`: others kept changing it; settle it again. `reason` says so of all but
    `settled`."""

    id: str
    result: SettlementKind
    """What became of the message."""
    reason: str | None = None


class SettlementBatch(BaseModel):
    """One result for each message. With filters `has_more` says that others may follow, behind
    `next_cursor`, though a call found few or none."""

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


class MessageView(BaseModel):
    """The one message of one step of one enrollment, written when its outcome is known, or a reply
    that came in. `unknown` means that it may or may not have been sent; it is never sent again by
    itself. What happened to it after it was sent is told by times: each is the first time it
    happened."""

    id: str
    object: Literal["message"] = "message"
    thread_id: str
    """The id of the conversation: the same for all messages of an enrollment, both ways."""
    direction: Direction
    channel: Channel
    contact_id: str
    campaign_id: str
    sequence_id: str
    enrollment_id: str
    step_id: str
    variant_id: str
    mailbox_id: str | None
    """Only emails have one."""
    sender: str | None
    recipient: str | None
    status: State
    reason: str | None
    subject: str | None
    text: str | None
    html: str | None
    rfc_message_id: str | None
    due_at: str | None
    """Until when a person has time for a task."""
    completed_at: str | None
    outcome: str | None
    """What came of a task, as the person who did it says."""
    links: list[str]
    """Where its tracked links lead, in the order of their numbers."""
    created_at: str
    sent_at: str | None
    delivered_at: str | None
    opened_at: str | None
    """By a person; a machine's is `machine_opened_at`."""
    machine_opened_at: str | None
    clicked_at: str | None
    bounced_at: str | None
    bounce: BounceKind | None
    bounce_reason: BounceReason | None
    complained_at: str | None
    unsubscribed_at: str | None
    replied_at: str | None
    """When a person answered it first."""
    in_reply_to: str | None
    """Of a reply: our message that it answers."""
    refers_to: str | None
    """Of a `wrong_person`: the first other address that it names. Nothing is sent to it."""
    classification: Classification | None
    """What a reply says; of a message, how the answers to it count."""

    @classmethod
    def of(cls, message: Message, **instead: str | None) -> Self:
        """Return the message as it is shown, with other values `instead` of its own."""
        renamed = {"status": message.state, "mailbox_id": message.mailbox_id or None}
        return cls.model_validate({**vars(message), **renamed, **instead})

    @classmethod
    def without_html(cls, message: Message, characters: int | None = None) -> Self:
        """Return it as lists show it, with at most so many `characters` of its text."""
        text = message.text[:characters] if message.text else message.text
        return cls.of(message, text=text, html=None)


class MessageThread(BaseModel):
    """What was written to a contact in a campaign and what they answered, oldest first; up to 200
    messages, without their HTML."""

    id: str
    object: Literal["thread"] = "thread"
    contact_id: str
    campaign_id: str
    subject: str | None
    messages: list[MessageView]


class ClosedGate(BaseModel):
    """What stands in the way; `until` when it opens by itself."""

    gate: GateName
    reason: str
    remedy: str
    until: str | None = None


class StepToCome(BaseModel):
    """`skipped_because` is set when its condition does not hold: then it is left out."""

    id: str
    channel: Channel
    condition: str
    skipped_because: str | None = None


class Explanation(BaseModel):
    """Where an enrollment stands. `due_at` is when its step is due, `earliest_send_at` the earliest
    moment at which it can be carried out, which is not before the campaign's clock looks next
    unless the step lies in the queue (`blocked_reason` is `queued`) and goes out at its slot; null
    where somebody has to act first."""

    enrollment_id: str
    object: Literal["enrollment_explanation"] = "enrollment_explanation"
    campaign_id: str
    contact_id: str
    status: EnrollmentState
    """Where the contact stands in the campaign."""
    blocked_reason: str | None
    exit_reason: str | None
    step: StepToCome | None
    due_at: str | None
    gates: list[ClosedGate]
    earliest_send_at: str | None
