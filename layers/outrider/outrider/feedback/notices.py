"""Feedback events of Amazon SES, as EventBridge delivers them. Opens and clicks are not among them:
SES would rewrite every email for these, and our own tracking links and open pixels record both.

Source: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict

from outrider.campaigns.enrollments import message_ids
from outrider.kit import clock, ids
from outrider.kit.models import Model
from outrider.messages.bounces import diagnosis
from outrider.messages.bounces.reasons import BounceReason, Diagnosis, SoftReason

Kind = Literal["accepted", "delivered", "hard", "soft", "complained", "rejected"]
_KINDS: dict[str, Kind] = {
    "Send": "accepted",
    "DeliveryDelay": "accepted",
    "Delivery": "delivered",
    "Reject": "rejected",
    "Rendering Failure": "rejected",
}
_SUPPRESSED = ("Suppressed", "OnAccountSuppressionList")
_SUBTYPES: dict[str, SoftReason] = {
    "MailboxFull": "mailbox_full",
    "MessageTooLarge": "too_large",
    "ContentRejected": "content_refused",
    "AttachmentRejected": "content_refused",
}
_PART = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}


class Notice(Model):
    """Feedback on an email at the time `at`. `accepted` means only that SES accepted it.
    `workspace_id` and `message_id` are the tags that it was sent with, empty if there are none."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    at: datetime
    provider_id: str
    workspace_id: str = ""
    message_id: str = ""
    detail: str = ""
    reason: BounceReason = "unknown"
    """Reason of the bounce, if it is one."""
    attested: bool = True
    """True if the provider itself states it. False for a delivery status notification, which anyone
    can forge, and for bounces that SES does not call permanent, whose servers may give wrong
    reasons."""

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> "Notice | None":
        """Return the notice of an event's `detail`; None if the event is irrelevant."""
        name = str(detail.get("eventType") or "")
        part: Mapping[str, Any] = detail.get(_PART.get(name, name.lower())) or {}
        mail: Mapping[str, Any] = detail.get("mail") or {}
        bounce = _bounce(part) if name == "Bounce" else None
        kind = bounce.kind if bounce else _kind(name, part)
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
            reason=bounce.reason if bounce else "unknown",
            attested=name != "Bounce" or part.get("bounceType") == "Permanent",
        )


def _kind(name: str, part: Mapping[str, Any]) -> Kind | None:
    if name == "Complaint":
        return None if part.get("complaintFeedbackType") == "not-spam" else "complained"
    return _KINDS.get(name)


def _bounce(part: Mapping[str, Any]) -> Diagnosis:
    """Return the diagnosis of a bounce. Bounces that SES calls transient are soft. Those that it
    calls permanent include temporary blocks: there the server's own reply decides, and SES's type
    only if the reply is inconclusive."""
    kind, subtype = part.get("bounceType"), str(part.get("bounceSubType"))
    if subtype in _SUPPRESSED:
        return Diagnosis("hard", "suppressed")
    if kind == "Transient" and subtype in _SUBTYPES:
        return Diagnosis("soft", _SUBTYPES[subtype])
    first = _first(part)
    answer = str(first.get("diagnosticCode") or "")
    found = diagnosis.judge(diagnosis.code_of(str(first.get("status") or ""), answer), answer)
    if kind == "Transient" and found.kind == "hard":
        return Diagnosis("soft", "unknown")
    if kind == "Permanent" and found.reason in ("unknown", "server_error"):
        return Diagnosis("hard", "no_such_address")
    return found


def _first(part: Mapping[str, Any]) -> Mapping[str, Any]:
    recipients = part.get("bouncedRecipients")
    return recipients[0] if isinstance(recipients, list) and recipients else {}


def _tag(tags: Mapping[str, Any], name: str) -> str:
    values = tags.get(name)
    return str(values[0]) if isinstance(values, list) and values else ""


def _moment(text: object) -> datetime:
    try:
        return min(clock.from_text(str(text)), clock.now())
    except ValueError:
        return clock.now()


def _detail(part: Mapping[str, Any]) -> str:
    first = _first(part)
    said = [
        part.get("bounceSubType") or part.get("complaintFeedbackType"),
        first.get("diagnosticCode") or part.get("reason") or part.get("errorMessage"),
    ]
    return ": ".join(str(each) for each in said if each)[:500]
