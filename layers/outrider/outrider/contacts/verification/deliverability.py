"""Mail routing of a domain, looked up in DNS (RFC 5321 section 5.1, RFC 7505)."""

from typing import Literal

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer
from email_validator import EmailUndeliverableError, validate_email

from outrider.kit.outbound.dns import BoundedResolver

WITHIN = 5.0
"""Seconds for all DNS queries about one domain together."""

Route = Literal["mx", "no_mx", "no_such_domain", "refuses_mail", "dns_unanswered"]
"""`no_mx`: no MX record, but an address record, which is an implicit MX. `refuses_mail`: a null MX,
or neither MX nor address record. `dns_unanswered`: DNS did not answer, so the route is unknown."""


def look_up(address: str, server: str = "", within: float = WITHIN) -> Route:
    """Return the route to the domain of a normalised address. `server` is `<ip>:<port>`, or empty
    for the system's resolvers. Never raises."""
    try:
        found = validate_email(
            address, allow_smtputf8=False, dns_resolver=BoundedResolver.of(server, within)
        )
    except EmailUndeliverableError as error:
        return _why_not(error)
    except (DNSException, OSError, ValueError):
        return "dns_unanswered"
    if not hasattr(found, "mx"):
        return "dns_unanswered"
    return "no_mx" if found.mx_fallback_type else "mx"


def _why_not(error: EmailUndeliverableError) -> Route:
    """Return the route for an error of email-validator, which reports every unexpected DNS result
    as undeliverable; the cause distinguishes them."""
    match error.__cause__:
        case NXDOMAIN():
            return "no_such_domain"
        case NoAnswer() | None:
            return "refuses_mail"
        case _:
            return "dns_unanswered"
