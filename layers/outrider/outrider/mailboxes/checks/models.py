"""What a check of a mailbox found."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Subject = Literal["ownership", "identity", "account", "login", "spf", "dkim", "dmarc", "mx"]
"""`ownership`: whether the address is proved to be the workspace's own. `identity`: what Amazon SES
may send for. `account`: how much, and to whom. `login`: whether an SMTP server lets the mailbox in.
"""
Result = Literal["pass", "warn", "fail", "unknown"]
"""`unknown`: it could not be found out now, or not from here."""


class DnsRecord(BaseModel):
    """A record to publish, as DNS providers ask for it."""

    model_config = ConfigDict(frozen=True)

    type: Literal["TXT", "CNAME", "MX"]
    name: str
    """The name of the record."""
    value: str


class Finding(BaseModel):
    """`detail` says what was seen, `remedy` what to do about it."""

    model_config = ConfigDict(frozen=True)

    subject: Subject
    result: Result
    detail: str
    remedy: str | None = None
    records: list[DnsRecord] = []


class Check(BaseModel):
    model_config = ConfigDict(frozen=True)

    checked_at: str
    findings: list[Finding]

    def result(self, subject: Subject) -> Result | None:
        return next((each.result for each in self.findings if each.subject == subject), None)
