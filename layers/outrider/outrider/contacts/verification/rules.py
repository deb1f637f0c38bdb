"""Rules that turn what is known of an address into a verdict, as pure functions."""

from typing import get_args

from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email

from outrider.contacts.models import Verdict, VerificationReason
from outrider.contacts.verification.deliverability import Route
from outrider.kit.text.addresses import domain_of

SANDBOX = "outrider.test"
_SIMULATED: dict[str, Verdict] = {f"{name}.{SANDBOX}": name for name in get_args(Verdict)}

_INVALID: set[VerificationReason] = {"reserved_domain", "no_such_domain", "refuses_mail"}
_UNKNOWN: set[VerificationReason] = {"dns_unanswered", "dns_not_asked"}
_RISKY: set[VerificationReason] = {"no_mx", "disposable", "role"}

# RFC 2142, and what companies commonly use like these.
_ROLE_NAMES = """
abuse accounting accounts admin administrator all billing careers compliance contact contracts
customercare customerservice do-not-reply donotreply editor enquiries everyone feedback finance
ftp hello help helpdesk hostmaster hr info inquiries investors invoice invoices it jobs legal list
mail mailer-daemon marketing media news newsletter no-reply noc noreply office operations orders
postmaster press privacy purchasing reception recruiting recruitment root sales security service
services shop staff support sysadmin team tech usenet uucp webmaster www
"""
_ROLES = frozenset(_ROLE_NAMES.split())


def simulated(address: str) -> Verdict | None:
    """Return the verdict that a sandbox address requests by its domain, such as
    `ada@risky.outrider.test`, or None for other addresses."""
    return _SIMULATED.get(domain_of(address))


def suspicions(address: str) -> list[VerificationReason]:
    """Return the reasons against a normalised address that are visible without DNS."""
    found: list[VerificationReason] = []
    if _is_reserved(address):
        found.append("reserved_domain")
    if _is_disposable(domain_of(address)):
        found.append("disposable")
    if _is_role(address):
        found.append("role")
    return found


def verdict_of(reasons: list[VerificationReason]) -> Verdict:
    """Return the verdict for these reasons: `invalid` outranks `unknown`, which outranks
    `risky`."""
    named = set(reasons)
    if named & _INVALID:
        return "invalid"
    if named & _UNKNOWN:
        return "unknown"
    return "risky" if named & _RISKY else "valid"


def reasons_of(route: Route) -> list[VerificationReason]:
    return [] if route == "mx" else [route]


def _is_reserved(address: str) -> bool:
    """Return whether the domain can never receive email (RFC 6761, such as `.test`)."""
    try:
        validate_email(address, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError:
        return True
    return False


def _is_disposable(domain: str) -> bool:
    """Return whether the domain or a parent of it is a known disposable domain."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def _is_role(address: str) -> bool:
    return address.rpartition("@")[0].partition("+")[0].lower() in _ROLES
