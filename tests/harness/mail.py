"""SES: what was sent."""

import base64
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from tests.harness.failures import Refusal


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted SendEmail. `message` is the parsed MIME text, `raw` the text itself."""

    message_id: str
    sender: str
    recipients: list[str]
    raw: bytes
    tags: dict[str, str]
    """What SES tells of the mail again in its events."""

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


class MailService:
    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.identities: dict[str, dict[str, Any]] = {}
        """Answers of GetEmailIdentity, by name; any other is not found."""
        self.account: dict[str, Any] = {}
        """What GetAccount answers otherwise than a new account in production."""
        self.strict = False
        """Whether who sends must be verified."""
        self.sandbox = False
        """Whether the account has no production access: recipients must be verified too."""

    def clear(self) -> None:
        self.sent.clear()
        self.identities.clear()
        self.account.clear()
        self.strict = self.sandbox = False

    def answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        if operation == "GetEmailIdentity":
            return self._identity(params)
        if operation == "GetAccount":
            return self._account()
        assert operation == "SendEmail", f"the harness does not know sesv2 {operation}"
        destination = params.get("Destination", {})
        recipients = [address for kind in destination.values() for address in kind]
        self._check_identities(params.get("FromEmailAddress", ""), recipients)
        _check_tags(params.get("EmailTags", []))
        mail = Mail(
            message_id=f"0100019{uuid4().hex[:9]}-{uuid4()}-000000",
            sender=params.get("FromEmailAddress", ""),
            recipients=recipients,
            raw=base64.b64decode(params["Content"]["Raw"]["Data"]),
            tags={
                "ses:configuration-set": self.set_of(params) or "",
                **{tag["Name"]: tag["Value"] for tag in params.get("EmailTags", [])},
            },
        )
        self.sent.append(mail)
        return {"MessageId": mail.message_id}

    def set_of(self, params: dict[str, Any]) -> str | None:
        """Return the configuration set by which SES sends: the one that the call names, or the
        default of the address, or that of its domain.

        Source: https://docs.aws.amazon.com/ses/latest/dg/managing-configuration-sets-default-adding.html
        """
        if name := params.get("ConfigurationSetName"):
            return str(name)
        address = parseaddr(params["FromEmailAddress"])[1]
        identities = [
            self.identities.get(name, {}) for name in (address, address.partition("@")[2])
        ]
        found = (identity.get("ConfigurationSetName") for identity in identities)
        return next(filter(None, found), None)

    def _check_identities(self, sender: str, recipients: list[str]) -> None:
        """As SES does, which says this of who sends and of who receives in the same words.

        Source: https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
        """
        needed = [sender] * (self.strict or self.sandbox) + recipients * self.sandbox
        failed = [
            address
            for address in needed
            if not {address, address.partition("@")[2]} & self.identities.keys()
        ]
        if failed:
            raise Refusal(
                "MessageRejected",
                "Email address is not verified. The following identities failed the check in"
                f" region US-EAST-1: {', '.join(failed)}",
            )

    def _account(self) -> dict[str, Any]:
        quota = {"Max24HourSend": 200.0, "MaxSendRate": 1.0}
        if not self.sandbox:
            quota = {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0}
        return {
            "ProductionAccessEnabled": not self.sandbox,
            "SendingEnabled": True,
            "EnforcementStatus": "HEALTHY",
            "SendQuota": {**quota, "SentLast24Hours": float(len(self.sent))},
            **self.account,
        }

    def _identity(self, params: dict[str, Any]) -> dict[str, Any]:
        found = self.identities.get(params["EmailIdentity"])
        if found is None:
            raise Refusal("NotFoundException")
        return found


def _check_tags(tags: list[dict[str, str]]) -> None:
    """As SES does: names and values of up to 256 letters, digits and four signs.

    Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
    """
    for text in (each for tag in tags for each in tag.values()):
        if not re.fullmatch(r"[A-Za-z0-9_.@-]{1,256}", text):
            raise Refusal("BadRequestException", f"Invalid tag <{text}>")
