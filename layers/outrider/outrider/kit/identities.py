"""What Amazon SES may send for, as it says itself."""

from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit import aws

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


def find(name: str) -> Identity | None:
    """The identity with this name, if there is one. Raises IdentityUnknown."""
    try:
        answer = aws.client("sesv2").get_email_identity(EmailIdentity=name)
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
    )
