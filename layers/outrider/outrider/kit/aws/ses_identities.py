"""Sending quota of the SES account, and the verification status of its identities."""

from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients

_ZONE = "dkim.amazonses.com"

DkimStatus = Literal["SUCCESS", "PENDING", "FAILED", "TEMPORARY_FAILURE", "NOT_STARTED"]


class IdentityUnknown(Exception):
    """The status could not be read: SES did not respond or denied the call. The text is the error
    code."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified address or domain (SES identity). DKIM needs a CNAME record for each of the
    `tokens`."""

    name: str
    verified: bool
    dkim: DkimStatus
    tokens: list[str]
    zone: str = _ZONE
    """The hosted zone of the DKIM keys, to which the CNAME records point."""
    mail_from: str | None = None
    """The custom MAIL FROM domain: it receives bounces, and its SPF record is checked."""


@dataclass(frozen=True, slots=True)
class SesAccount:
    """The SES account in this region. Without `production_access` it is in the sandbox and can send
    to verified addresses only. `enforcement` is HEALTHY, PROBATION or SHUTDOWN."""

    production_access: bool
    sending_enabled: bool
    enforcement: str
    daily_quota: float
    """Maximum emails in 24 hours; -1 means unlimited."""
    sent_today: float
    per_second: float


def account() -> SesAccount:
    """Return the sending quota and status of the SES account. Raises IdentityUnknown.

    Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
    """
    try:
        answer = clients.client("sesv2").get_account()
    except ClientError as error:
        raise IdentityUnknown(error.response["Error"]["Code"]) from error
    except BotoCoreError as error:
        raise IdentityUnknown(type(error).__name__) from error
    quota = answer.get("SendQuota", {})
    return SesAccount(
        production_access=bool(answer.get("ProductionAccessEnabled")),
        sending_enabled=bool(answer.get("SendingEnabled")),
        enforcement=str(answer.get("EnforcementStatus", "HEALTHY")),
        daily_quota=float(quota.get("Max24HourSend", -1)),
        sent_today=float(quota.get("SentLast24Hours", 0)),
        per_second=float(quota.get("MaxSendRate", 0)),
    )


def find(name: str) -> Identity | None:
    """Return the SES identity of this name, or None if there is none. Raises IdentityUnknown."""
    try:
        answer = clients.client("sesv2").get_email_identity(EmailIdentity=name)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NotFoundException":
            return None
        raise IdentityUnknown(code) from error
    except BotoCoreError as error:
        raise IdentityUnknown(type(error).__name__) from error
    dkim = answer.get("DkimAttributes", {})
    return Identity(
        name=name,
        verified=bool(answer.get("VerifiedForSendingStatus")),
        dkim=dkim.get("Status", "NOT_STARTED"),
        tokens=list(dkim.get("Tokens", [])),
        zone=dkim.get("SigningHostedZone") or _ZONE,
        mail_from=answer.get("MailFromAttributes", {}).get("MailFromDomain"),
    )


def feedback_host() -> str:
    """Return the host that the MX record of a custom MAIL FROM domain must name, to receive
    bounces. Raises Misconfigured.

    Source: https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
    """
    return f"feedback-smtp.{clients.region()}.amazonses.com"
