"""Events of Amazon SES about a mail, as EventBridge brings them. Opens and clicks are none of them:
SES would change every mail for these, and our own links tell of both.

Source: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from outrider.campaigns import message_ids
from outrider.kit import clock, ids

Kind = Literal["accepted", "delivered", "hard", "soft", "complained", "rejected"]
_KINDS: dict[str, Kind] = {
    "Send": "accepted",
    "DeliveryDelay": "accepted",
    "Delivery": "delivered",
    "Reject": "rejected",
    "Rendering Failure": "rejected",
}
_PART = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}


class Notice(BaseModel):
    """Something that happened to a mail at `at`. `accepted` says no more than that SES took it.
    `workspace_id` and `message_id` are the tags it was sent with, empty where it has none."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    at: datetime
    provider_id: str
    workspace_id: str = ""
    message_id: str = ""
    detail: str = ""
    attested: bool = True
    """The provider says so. Anyone can write a mail that looks like a mail server's report."""

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> "Notice | None":
        """The `detail` of an event; None for one that says nothing of ours."""
        name = str(detail.get("eventType") or "")
        part: Mapping[str, Any] = detail.get(_PART.get(name, name.lower())) or {}
        mail: Mapping[str, Any] = detail.get("mail") or {}
        kind = _kind(name, part)
        if kind is None or not mail.get("messageId"):
            return None
        tags: Mapping[str, Any] = mail.get("tags") or {}
        workspace_id, message_id = _tag(tags, "workspace_id"), _tag(tags, "message_id")
        named = ids.is_id("wsp", workspace_id) and message_ids.split(message_id) is not None
        return cls(
            kind=kind,
            at=_moment(part.get("timestamp") or mail.get("timestamp")),
            provider_id=str(mail["messageId"]),
            workspace_id=workspace_id if named else "",
            message_id=message_id if named else "",
            detail=_detail(part),
        )


def _kind(name: str, part: Mapping[str, Any]) -> Kind | None:
    if name == "Bounce":
        return "hard" if part.get("bounceType") == "Permanent" else "soft"
    if name == "Complaint":
        return None if part.get("complaintFeedbackType") == "not-spam" else "complained"
    return _KINDS.get(name)


def _tag(tags: Mapping[str, Any], name: str) -> str:
    values = tags.get(name)
    return str(values[0]) if isinstance(values, list) and values else ""


def _moment(text: object) -> datetime:
    try:
        return min(clock.from_text(str(text)), clock.now())
    except ValueError:
        return clock.now()


def _detail(part: Mapping[str, Any]) -> str:
    recipients = part.get("bouncedRecipients")
    first = recipients[0] if isinstance(recipients, list) and recipients else {}
    said = [
        part.get("bounceSubType") or part.get("complaintFeedbackType"),
        first.get("diagnosticCode") or part.get("reason") or part.get("errorMessage"),
    ]
    return ": ".join(str(each) for each in said if each)[:500]
