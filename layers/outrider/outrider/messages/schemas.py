"""What the API takes and gives about messages."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from outrider.campaigns.models import Said
from outrider.kit.addresses import Email
from outrider.kit.pagination import PageQuery
from outrider.kit.requests import Input
from outrider.messages.models import Direction, Message, State
from outrider.sequences.lint.findings import Rule, Severity
from outrider.sequences.models import Channel, ReplyClass

MAX_SHOWN = 2_000
"""Characters of a message's text that a list shows."""

Filter = Annotated[str | None, Field(max_length=60)]


class MessageQuery(PageQuery):
    """Filters may be combined freely. Where many messages are left out, a page may be short or even
    empty and more may follow all the same: `has_more` says so. Without `contact_id`, `campaign_id`
    or an open `state`, messages are those that the feed of events tells of: seconds after they were
    recorded, and for 400 days."""

    contact_id: Filter = None
    campaign_id: Filter = None
    mailbox_id: Filter = None
    state: Annotated[
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
        return all(getattr(message, name) == wanted for name, wanted in asked.items())


Id = Annotated[str, Field(min_length=1, max_length=64)]


class StepChoice(BaseModel):
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


class MessageThread(BaseModel):
    """What was written to a contact in a campaign and what they answered, oldest first; up to 200
    messages, without their HTML."""

    id: str
    object: Literal["thread"] = "thread"
    contact_id: str
    campaign_id: str
    subject: str | None
    messages: list[Message]


def shown(message: Message) -> Message:
    """A message as a list shows it: the beginning of its text, no HTML."""
    text = message.text[:MAX_SHOWN] if message.text else message.text
    return message.model_copy(update={"text": text, "html": None})
