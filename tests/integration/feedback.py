"""What SES tells of a mail, as EventBridge brings it."""

from typing import Any
from uuid import uuid4

from outrider.kit import clock
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail

PARTS: dict[str, dict[str, Any]] = {
    "Send": {},
    "Delivery": {"smtpResponse": "250 ok"},
    "DeliveryDelay": {"delayType": "MailboxFull"},
    "Bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"diagnosticCode": "smtp; 550 5.1.1 user unknown"}],
    },
    "Complaint": {"complaintFeedbackType": "abuse"},
    "Reject": {"reason": "Bad content"},
}


def soft() -> dict[str, Any]:
    return {"bounceType": "Transient", "bounceSubType": "MailboxFull"}


def notice(mail: Mail, kind: str, **part: Any) -> dict[str, Any]:
    """An event of SES about a mail of ours; `part` differs from what it usually says."""
    name = {"DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
    at = clock.timestamp()
    return {
        "version": "0",
        "id": str(uuid4()),
        "source": "aws.ses",
        "detail-type": f"Email {kind}",
        "detail": {
            "eventType": kind,
            name: {"timestamp": at, **PARTS[kind], **part},
            "mail": {
                "timestamp": at,
                "messageId": mail.message_id,
                "tags": {tag: [value] for tag, value in mail.tags.items()},
            },
        },
    }


def tell(cloud: Cloud, mail: Mail, kind: str, **part: Any) -> None:
    cloud.bus.carry(notice(mail, kind, **part))
    cloud.drain()
