"""Errors of providers' APIs, and their source."""

from typing import NamedTuple

from tests.unit.messages.provider_answers import (
    SES_DENIED,
    SES_ERRORS,
    SES_QUOTAS,
    SES_SANDBOX,
    SES_SEND,
    SNS,
    TO,
)


class ApiError(NamedTuple):
    api: str
    code: str
    text: str
    scope: str
    source: str


API_ERRORS = (
    ApiError(
        "ses",
        "MessageRejected",
        "Email address is not verified. The following identities failed the check in region US-EAST-1: eve@outrider.test",
        "sender",
        SES_ERRORS,
    ),
    ApiError(
        "ses",
        "MessageRejected",
        "Email address is not verified. The following identities failed the check in region EU-WEST-1: eve@outrider.test, outrider.test",
        "sender",
        SES_ERRORS,
    ),
    ApiError(
        "ses",
        "MessageRejected",
        f"Email address is not verified. The following identities failed the check in region US-EAST-1: {TO}",
        "account",
        SES_SANDBOX,
    ),
    ApiError(
        "ses",
        "MessageRejected",
        f"Email address is not verified. The following identities failed the check in region US-EAST-1: eve@outrider.test, {TO}",
        "sender",
        SES_ERRORS,
    ),
    ApiError(
        "ses",
        "MessageRejected",
        "Sending paused for this account. For more information, please check the inbox of the email address associated with your AWS account.",
        "account",
        SES_ERRORS,
    ),
    ApiError("ses", "MessageRejected", "Message contains a virus", "content", SES_ERRORS),
    ApiError("ses", "BadRequestException", "Illegal header 'Reply-To'.", "content", SES_SEND),
    ApiError(
        "ses",
        "MailFromDomainNotVerifiedException",
        "MAIL FROM domain is not verified",
        "sender",
        SES_SEND,
    ),
    ApiError("ses", "AccountSuspendedException", "Your account is suspended", "account", SES_SEND),
    ApiError(
        "ses",
        "SendingPausedException",
        "Email sending is disabled for configuration set: outrider",
        "account",
        SES_SEND,
    ),
    ApiError(
        "ses",
        "LimitExceededException",
        "Too many instances of the specified resource type",
        "account",
        SES_SEND,
    ),
    ApiError(
        "ses",
        "NotFoundException",
        "Configuration set <outrider> does not exist.",
        "account",
        SES_SEND,
    ),
    ApiError(
        "ses",
        "AccessDeniedException",
        "User: arn:aws:sts::1:assumed-role/steps is not authorized to perform: ses:SendRawEmail on resource: arn:aws:ses:eu-west-1:1:identity/outrider.test",
        "account",
        SES_DENIED,
    ),
    ApiError(
        "ses",
        "TooManyRequestsException",
        "Too many requests have been made to the operation.",
        "rate",
        SES_SEND,
    ),
    ApiError("ses", "ThrottlingException", "Maximum sending rate exceeded.", "rate", SES_QUOTAS),
    ApiError("ses", "ThrottlingException", "Daily message quota exceeded.", "account", SES_QUOTAS),
    ApiError(
        "ses", "TooManyRequestsException", "Daily message quota exceeded.", "account", SES_QUOTAS
    ),
    ApiError(
        "sns",
        "InvalidParameter",
        "Invalid parameter: PhoneNumber Reason: +4915112345678 is not valid to publish to",
        "content",
        SNS,
    ),
    ApiError("sns", "OptedOut", "Phone number is opted out", "recipient", SNS),
    ApiError("sns", "ThrottledException", "Rate exceeded", "rate", SNS),
    ApiError(
        "sns",
        "AuthorizationError",
        "User is not authorized to perform: SNS:Publish",
        "account",
        SNS,
    ),
)
