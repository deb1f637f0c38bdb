"""Classification of errors that Amazon SES and Amazon SNS return for a message.

Sources: the errors of SendEmail (API version 2), of Publish, and the texts at
https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html and
https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html
"""

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from outrider.messages.transports import SendOutcome
from outrider.messages.transports.verdicts import (
    ACCOUNT,
    CONNECTION,
    CONTENT,
    RATE,
    RECIPIENT,
    SENDER,
    UNKNOWN,
    Verdict,
)

_THROTTLED = {
    *("TooManyRequestsException", "ThrottlingException", "Throttling", "ThrottledException"),
    *("Throttled", "RequestThrottled", "SlowDown"),
}
_DAILY = re.compile(r"daily", re.IGNORECASE)
_NOT_VERIFIED = re.compile(r"not verified|failed the check", re.IGNORECASE)
_PAUSED = re.compile(r"paused|suspended|not allowed to send|production access", re.IGNORECASE)
_IDENTITIES = re.compile(r"in region \S+?:\s*(.+)$", re.IGNORECASE | re.DOTALL)
_SES: dict[str, Verdict] = {
    "MailFromDomainNotVerifiedException": SENDER,
    "BadRequestException": CONTENT,
    "MessageRejected": CONTENT,
}
_SNS: dict[str, Verdict] = {
    "OptedOut": RECIPIENT,
    "OptedOutException": RECIPIENT,
    "EndpointDisabled": RECIPIENT,
    "InvalidParameter": CONTENT,
    "InvalidParameterValue": CONTENT,
    "ValidationException": CONTENT,
}


def of_ses(code: str, text: str, recipient: str) -> Verdict:
    """Return the verdict on an error of SendEmail. Unknown codes are taken to be about the
    account."""
    if code in _THROTTLED:
        return ACCOUNT if _DAILY.search(text) else RATE
    if code == "MessageRejected" and _NOT_VERIFIED.search(text):
        return ACCOUNT if _names_only(recipient, text) else SENDER
    if code == "MessageRejected" and _PAUSED.search(text):
        return ACCOUNT
    return _SES.get(code, ACCOUNT)


def of_sns(code: str, text: str) -> Verdict:
    """Return the verdict on an error of Publish. Unknown codes are taken to be about the
    account."""
    if code in _THROTTLED:
        return RATE
    if code.startswith("InvalidParameter") and re.search(r"opted out", text, re.IGNORECASE):
        return RECIPIENT
    return _SNS.get(code, ACCOUNT)


def outcome_of(error: BotoCoreError | ClientError, verdict: Verdict) -> SendOutcome:
    """Return the outcome of a failed call; `verdict` applies to 4xx errors. After a 5xx error or
    without a response, the message may have been sent."""
    if isinstance(error, ClientError):
        found = UNKNOWN if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500 else verdict
        return SendOutcome(found.kind, ": ".join(filter(None, answer_of(error))), scope=found.scope)
    never_there = isinstance(error, ConnectTimeoutError | EndpointConnectionError)
    found = CONNECTION if never_there else UNKNOWN
    return SendOutcome(found.kind, type(error).__name__, scope=found.scope)


def answer_of(error: BotoCoreError | ClientError) -> tuple[str, str]:
    """Return code and text of the error that the service returned; empty if there was no
    response."""
    if not isinstance(error, ClientError):
        return "", ""
    found = error.response["Error"]
    return str(found.get("Code") or ""), " ".join(str(found.get("Message") or "").split())


def _names_only(recipient: str, text: str) -> bool:
    """Return whether only the recipient is an unverified identity: SES requires verified recipients
    only while the account is in the sandbox."""
    found = _IDENTITIES.search(text)
    if found is None:
        return False
    named = {each.strip(" .<>").lower() for each in re.split(r"[,\s]+", found[1]) if each.strip()}
    address = recipient.lower()
    return bool(named) and named <= {address, address.rpartition("@")[2]}
