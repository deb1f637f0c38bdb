"""E-mail addresses and their domains in the one form we compare, store and send to."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field

from outrider.kit.text.quotes import quoted


def normalise(address: str) -> str:
    """The address with its domain in IDNA lower-case ASCII; the local part stays (RFC 5321 leaves
    its case, dots and +tags to the receiver). Raises ValueError when it is no address."""
    try:
        # As in a test environment: it lets the reserved name of our sandbox through.
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
    """The form that all spellings of one address share: in lower case. Addresses and domains are
    compared, claimed and looked up by it, and shown as they were written. (RFC 5321 leaves the case
    of the local part to the receiver, but none is known that tells people apart by it.)"""
    return address.lower()


def domain_of(address: str) -> str:
    """The domain of a normalised address."""
    return address.rpartition("@")[2]


def normalise_domain(domain: str) -> str:
    """The domain in IDNA lower-case ASCII, without the dot of the root. Raises ValueError when no
    address can be at it."""
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
