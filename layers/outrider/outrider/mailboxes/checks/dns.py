"""Asking DNS, all questions of a check in one span of time."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer
from email_validator import EmailNotValidError, validate_email

from outrider.kit import parallel
from outrider.kit.outbound.dns import BoundedResolver

WITHIN = 5.0
"""Seconds."""


class Unanswered(Exception):
    """DNS does not say, now."""


@dataclass(frozen=True, slots=True)
class Dns:
    resolver: BoundedResolver

    @classmethod
    def of(cls, server: str) -> "Dns":
        """`server` is `<ip>:<port>`, or empty for the system's resolvers."""
        return cls(BoundedResolver.of(server, WITHIN))

    def txt(self, name: str) -> list[str]:
        """The texts at a name; none also when there is no such name. Raises Unanswered."""
        return [
            b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, "TXT")
        ]

    def txt_of(self, names: list[str]) -> dict[str, list[str]]:
        """The texts at each of the names. Raises Unanswered."""
        return dict(zip(names, parallel.each(partial(Dns.txt, self), names), strict=True))

    def mx(self, name: str) -> list[str]:
        """The hosts that take mail; `.` where it is said that none does. Raises Unanswered."""
        return [record.exchange.to_text() for record in self._ask(name, "MX")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self.resolver.resolve(f"{name}.", kind))
        except (NXDOMAIN, NoAnswer):
            return []
        except (DNSException, OSError) as error:
            raise Unanswered from error


def is_reserved(domain: str) -> bool:
    """Whether a domain is never in DNS (RFC 6761, such as .test)."""
    try:
        validate_email(f"postmaster@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return True
    return False


def with_parents(domain: str) -> list[str]:
    """A domain and those it is below, down to two labels."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
