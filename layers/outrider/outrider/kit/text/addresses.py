"""Normalised email addresses and domains."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field

from outrider.kit.text.quotes import quoted


def normalise(address: str) -> str:
    """Return the address with its domain in lower-case ASCII (IDNA). Raises ValueError if it is not
    a valid email address.

    The local part is unchanged: RFC 5321 leaves its case, dots and +tags to the receiving server.
    """
    try:
        # `test_environment` allows the reserved domain of our sandbox.
        valid = validate_email(
            address.strip(),
            allow_smtputf8=False,
            check_deliverability=False,
            test_environment=True,
            strict=True,
        )
    except EmailNotValidError as error:
        reason = str(error).replace("An email address", "it").rstrip(".")
        raise ValueError(f"{quoted(address)} is not an email address: {reason}") from error
    if "." not in valid.ascii_domain:
        raise ValueError(f"{quoted(address)} is not an email address: its domain has no dot")
    return f"{valid.local_part}@{valid.ascii_domain.lower()}"


def folded(address: str) -> str:
    """Return the address or domain in lower case, the form used for comparison, uniqueness and
    lookup; what is shown keeps its case.

    RFC 5321 leaves the case of the local part to the receiving server, but no server is known to
    distinguish mailboxes by it.
    """
    return address.lower()


def domain_of(address: str) -> str:
    """Return the domain of a normalised address."""
    return address.rpartition("@")[2]


def normalise_domain(domain: str) -> str:
    """Return the domain in lower-case ASCII (IDNA), without a trailing dot. Raises ValueError if it
    cannot be the domain of an email address."""
    try:
        return domain_of(normalise(f"postmaster@{domain.strip().removesuffix('.')}"))
    except ValueError as error:
        raise ValueError(
            f"{quoted(domain)} is not the domain of an email address, such as example.com"
        ) from error


Email = Annotated[
    str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(normalise)
]
Domain = Annotated[
    str,
    Field(max_length=253, json_schema_extra={"format": "hostname"}),
    AfterValidator(normalise_domain),
]
