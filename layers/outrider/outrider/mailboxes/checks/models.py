"""Result of a check of a mailbox."""

from typing import Literal

from pydantic import ConfigDict

from outrider.kit.models import Model

Subject = Literal["ownership", "identity", "account", "login", "spf", "dkim", "dmarc", "mx"]
"""Subject of a finding. `ownership`: the workspace owns the address. `identity`: Amazon SES has a
verified identity for it. `account`: sending quota, sandbox and pauses of the SES account. `login`:
the SMTP server accepts the login."""
Result = Literal["pass", "warn", "fail", "unknown"]
"""Result of a finding. `unknown`: it could not be determined now, or not from here."""


class DnsRecord(Model):
    """DNS record to publish, in the form that DNS providers ask for."""

    model_config = ConfigDict(frozen=True)

    type: Literal["TXT", "CNAME", "MX"]
    name: str
    """Full name of the record."""
    value: str


class Finding(Model):
    """`detail` is what was found, `remedy` what to do about it."""

    model_config = ConfigDict(frozen=True)

    subject: Subject
    result: Result
    detail: str
    remedy: str | None = None
    records: list[DnsRecord] = []


class Check(Model):
    model_config = ConfigDict(frozen=True)

    checked_at: str
    findings: list[Finding]

    def result(self, subject: Subject) -> Result | None:
        return next((each.result for each in self.findings if each.subject == subject), None)
