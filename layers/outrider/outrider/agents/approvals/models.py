"""Models of approvals."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, Self

from pydantic import ConfigDict

from outrider.kit import clock, json
from outrider.kit.models import Model

VALID_FOR = timedelta(minutes=15)
NAMED = 100
"""Maximum recipients that an approval names one by one."""

ApprovalStatus = Literal[
    "pending", "executing", "executed", "failed", "unanswered", "rejected", "expired"
]


_ADVICE: Mapping[ApprovalStatus, str] = {
    "executing": "If this does not end within a minute, an answer was lost: approve it again, with"
    " the same API key. The call is made once",
    "unanswered": "Look at what the call was to change, and make the call yourself if it was not"
    " made. If its response is stored, approving it again with the same API key returns it",
}


class ApprovalRecipient(Model):
    """Somebody whom the call reaches."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    address: str
    """The address that gets messages."""
    name: str | None = None
    """The name of the person, if it is known."""
    contact_id: str | None = None
    """Id of the contact, if the recipient is one."""


class ApprovalAudience(Model):
    """Everybody whom the call reaches."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    count: int = 0
    """The exact number of recipients."""
    named: list[ApprovalRecipient] = []
    """The recipients, of more than 100 the first ones."""
    digest: str = ""
    """SHA-256 over all recipients with everything that their messages may contain, so that the
    approval is bound to each of them, also to those that are not named. Empty without
    recipients."""


class ApprovalText(Model):
    """A text that is sent or stored."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    form: Literal["message", "template"]
    """`message`: exactly what a recipient gets. `template`: what the messages of all recipients are
    made of."""
    recipient: str | None = None
    """Who gets the message; null for a template."""
    step: int | None = None
    """Number of the step in the sequence, from 1; null outside of sequences."""
    channel: str = "email"
    """How it is sent, such as `email`."""
    wait: str | None = None
    """The wait before the step, such as `2 working days`."""
    condition: str | None = None
    """The condition on which the step is carried out, such as `no_reply`."""
    subject: str | None = None
    """Subject of an email."""
    text: str | None = None
    """Plain text."""
    html: str | None = None
    """HTML of an email that has some."""


class ApprovalResource(Model):
    """A resource that the call names, as it was when the call was proposed."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    id: str
    """Id of the resource."""
    kind: str
    """What it is, such as `sequence`."""
    name: str | None = None
    """Its name, address or URL, if it has one."""
    status: str | None = None
    """Its status, if it has one."""
    version: int | None = None
    """Its version, if it has one."""


class ApprovalChange(Model):
    """A value that the call sets."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    field: str
    """Name of the argument."""
    before: Any = None
    """The value that the resource has now; null if it has none, or is new."""
    after: Any = None
    """The value that the call gives it."""


class ApprovalContent(Model):
    """What the call does, as it is shown to the person who decides. The hash of the approval is
    over exactly this, the tool and its arguments."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    summary: str
    """What the call does, in one sentence."""
    resources: list[ApprovalResource] = []
    """What the call names."""
    recipients: ApprovalAudience = ApprovalAudience()
    """Who is reached."""
    texts: list[ApprovalText] = []
    """What they get, or what is stored to be sent."""
    changes: list[ApprovalChange] = []
    """What is set otherwise."""
    effects: list[str] = []
    """What follows from the call."""
    irreversible: str | None = None
    """What nobody can undo afterwards; null if everything can be undone."""


class ApprovalResult(Model):
    """Outcome of the approved call."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    is_error: bool
    """Whether the API refused the call."""
    content: Mapping[str, Any]
    """The response of the API: the result, or the error."""


class ApprovalSummary(Model):
    """An approval in lists, without personal data."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    id: str
    """Id of the approval."""
    object: Literal["approval"] = "approval"
    """Always `approval`."""
    run_id: str
    """The agent run that proposed the call."""
    tool: str
    """The tool to call, such as `launch_sequence`."""
    title: str
    """What the tool does."""
    status: ApprovalStatus = "pending"
    """`pending` until somebody decides, at most 15 minutes, then `expired`. `rejected`; or, once
    approved, `executing` while the call is made, then `executed`, or `failed` if the API refused
    it. `unanswered` if nobody knows 15 minutes later whether the call was made."""
    advice: str | None = None
    """What to do about a call that is `executing` or `unanswered`."""
    recipient_count: int = 0
    """The number of people whom the call reaches."""
    hash: str
    """Identifies the tool, its arguments and everything that is shown: SHA-256, 64 hexadecimal
    digits. Approve with it."""
    created_at: str
    """When the call was proposed."""
    expires_at: str
    """Until when it can be approved."""
    decided_by: str | None = None
    """The API key that decided."""
    decided_at: str | None = None
    """When it was decided."""

    @property
    def status_now(self) -> ApprovalStatus:
        """The status at this moment."""
        if self.status == "pending" and self.expires_at <= clock.timestamp():
            return "expired"
        if self.status == "executing" and str(self.decided_at) <= repeatable_since():
            return "unanswered"
        return self.status

    def as_of_now(self) -> Self:
        """Return the approval with its status at this moment, and what to do about it."""
        now = self.status_now
        return self.model_copy(update={"status": now, "advice": _ADVICE.get(now)})


class Approval(ApprovalSummary):
    """A call that an agent proposes, and a person decides on."""

    arguments: Mapping[str, Any]
    """The arguments with which the tool is called, exactly."""
    shown: ApprovalContent
    """What the call does."""
    result: ApprovalResult | None = None
    """Outcome of the call, once it was made."""
    scopes: list[str]
    """The scopes that a key needs to see and to approve the call."""

    @property
    def summary(self) -> ApprovalSummary:
        """Return it as in lists."""
        return ApprovalSummary.model_validate(
            self.model_dump(include=set(ApprovalSummary.model_fields))
        )


def repeatable_since() -> str:
    """Return the time since which a decision whose call has no outcome can still be repeated."""
    return clock.to_text(clock.now() - VALID_FOR)


def hash_of(tool: str, arguments: Mapping[str, Any], shown: ApprovalContent) -> str:
    """Return the SHA-256 over what a person is shown, as canonical JSON."""
    bound = {"tool": tool, "arguments": arguments, "shown": shown.model_dump(mode="json")}
    return digest_of(bound)


def digest_of(value: Any) -> str:
    """Return the SHA-256 over a value as canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(json.canonical(json.dumps(value))).hexdigest()
