"""What Amazon SES may send for, and how much, as it says itself."""

from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients

_ZONE = "dkim.amazonses.com"

DkimStatus = Literal["SUCCESS", "PENDING", "FAILED", "TEMPORARY_FAILURE", "NOT_STARTED"]


class IdentityUnknown(Exception):
    """SES did not tell: out of reach, or we may not ask. The text says which."""


@dataclass(frozen=True, slots=True)
class Identity:
    """An address or domain. Under each of the `tokens` its domain has to name a key of SES."""

    name: str
    verified: bool
    dkim: DkimStatus
    tokens: list[str]
    zone: str = _ZONE
    """Where the keys are."""
    mail_from: str | None = None
    """Its custom MAIL FROM domain: to whom bounces go, and whose SPF record counts."""


@dataclass(frozen=True, slots=True)
class SesAccount:
    """The account at SES in this region. Without `production_access` (the sandbox) it sends to
    verified addresses only. `enforcement`: HEALTHY, PROBATION, or SHUTDOWN."""

    production_access: bool
    sending_enabled: bool
    enforcement: str
    daily_quota: float
    """Mails in 24 hours; -1 is no limit."""
    sent_today: float
    per_second: float


def account() -> SesAccount:
    """Return how the account stands. Raises IdentityUnknown.

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
    """The identity with this name, if there is one. Raises IdentityUnknown."""
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
    """Return the host that takes bounces for a custom MAIL FROM domain.

    Source: https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
    """
    return f"feedback-smtp.{clients.region()}.amazonses.com"
