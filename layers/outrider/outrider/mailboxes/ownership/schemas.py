"""Request and response bodies of the mailbox verification API."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.kit.text.addresses import Domain, Email
from outrider.mailboxes.checks.models import DnsRecord
from outrider.mailboxes.models import Mailbox, Proof

Method = Literal["dns", "code", "login"]
Code = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{8}$",
        description="The eight digits of the email",
        examples=["12345678"],
    ),
]


class VerificationRequest(Input):
    """`dns` looks for a TXT record of the domain, `code` sends a code to the address, `login` logs
    in to the mailbox's SMTP server. Send `code` with the received code to finish that
    verification."""

    method: Method = "dns"
    code: Annotated[Code | None, Field(repr=False)] = None


class MailboxVerification(Model):
    """State of the verification that the workspace owns the address. `detail` is the result and the
    next step, `record` the DNS record to publish."""

    mailbox_id: str
    object: Literal["mailbox_verification"] = "mailbox_verification"
    email: str
    verified: bool
    verified_by: Proof | None
    verified_at: str | None
    detail: str
    record: DnsRecord | None = None
    code_expires_at: str | None = None

    @classmethod
    def of(
        cls,
        mailbox: Mailbox,
        detail: str,
        *,
        record: DnsRecord | None = None,
        code_expires_at: str | None = None,
    ) -> Self:
        return cls(
            mailbox_id=mailbox.id,
            email=mailbox.email,
            verified=mailbox.is_verified,
            verified_by=mailbox.verified_by,
            verified_at=mailbox.verified_at,
            detail=detail,
            record=record,
            code_expires_at=code_expires_at,
        )


class OwnershipGrant(Input):
    """Operator's confirmation that a workspace owns an address, or all addresses of a domain."""

    action: Literal["grant_address"]
    workspace_id: str
    address: Email | None = None
    domain: Domain | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.address is None) == (self.domain is None):
            raise ValueError("give either address or domain")
        return self


class OwnershipGranted(Model):
    workspace_id: str
    owns: str
