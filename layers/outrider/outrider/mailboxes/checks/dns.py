"""DNS client with one time budget for all lookups of a check."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer
from email_validator import EmailNotValidError, validate_email

from outrider.kit import parallel
from outrider.kit.outbound.dns import BoundedResolver

WITHIN = 5.0
"""Time budget in seconds."""


class Unanswered(Exception):
    """DNS lookup failed or timed out, so that the answer is unknown."""


@dataclass(frozen=True, slots=True)
class Dns:
    """DNS lookups that share one time budget."""

    resolver: BoundedResolver

    @classmethod
    def of(cls, server: str) -> "Dns":
        """Start a new time budget. `server` is `<ip>:<port>`, or empty for the system's
        resolvers."""
        return cls(BoundedResolver.of(server, WITHIN))

    def txt(self, name: str) -> list[str]:
        """Return the TXT records of a name; none if the name does not exist. Raises Unanswered."""
        return [
            b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, "TXT")
        ]

    def txt_of(self, names: list[str]) -> dict[str, list[str]]:
        """Return the TXT records of each name, looked up in parallel. Raises Unanswered."""
        return dict(zip(names, parallel.each(partial(Dns.txt, self), names), strict=True))

    def mx(self, name: str) -> list[str]:
        """Return the MX hosts of a name; `.` is a null MX (accepts no email). Raises Unanswered."""
        return [record.exchange.to_text() for record in self._ask(name, "MX")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self.resolver.resolve(f"{name}.", kind))
        except (NXDOMAIN, NoAnswer):
            return []
        except (DNSException, OSError) as error:
            raise Unanswered from error


def is_reserved(domain: str) -> bool:
    """Return whether the domain is reserved and never in DNS (RFC 6761, such as .test)."""
    try:
        validate_email(f"postmaster@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return True
    return False


def with_parents(domain: str) -> list[str]:
    """Return the domain and its parent domains, down to two labels."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
