"""Findings of research about a company, with their sources."""

from typing import Literal

from pydantic import ConfigDict

from outrider.kit.models import Model
from outrider.kit.outbound.connections import Reason
from outrider.writing.models import Summary

Outcome = Literal["found", "unreachable", "disallowed"]
"""`unreachable`: no page could be read. `disallowed`: the site's robots.txt forbids it."""

SourceError = (
    Reason
    | Literal[
        "invalid_url",
        "too_many_redirects",
        "http_status",
        "not_html",
        "encoded",
        "robots",
        "not_asked",
    ]
)
"""Reasons why nothing was read from a source. `robots`: robots.txt disallows the page, or could not
be read. `not_asked`: test keys make no requests."""


class ResearchSource(Model):
    """One HTTP request, made or refused beforehand. `status` is the status of the response."""

    model_config = ConfigDict(frozen=True)

    url: str
    fetched_at: str
    status: int | None = None
    error: SourceError | None = None
    """Reason why the page could not be read; null if it was read."""


class ResearchSignal(Model):
    """A buying signal: something about the company that may be a reason to write to it."""

    model_config = ConfigDict(frozen=True)

    name: Literal["hiring", "public_prices", "blog", "news", "shop", "marketing", "support_chat"]
    """Kind of signal."""
    detail: str
    url: str | None = None


class SiteFacts(Model):
    """Facts that a page states about its company. All texts are untrusted."""

    model_config = ConfigDict(frozen=True)

    url: str | None = None
    """URL of the page, after redirects."""
    title: str | None = None
    name: str | None = None
    description: str | None = None
    language: str | None = None
    image_url: str | None = None
    country: str | None = None
    city: str | None = None
    founded: str | None = None
    employees: str | None = None
    industry: str | None = None
    phone: str | None = None
    social: dict[str, str] = {}
    technologies: list[str] = []
    signals: list[ResearchSignal] = []


class PageCaching(Model):
    """What the headers of a page allow a cache to do with it (RFC 9111)."""

    model_config = ConfigDict(frozen=True)

    may_store: bool = True
    """False for `no-store`: the page answers no later request."""
    fresh_seconds: int | None = None
    """Seconds from its reading for which the page may be used without asking again; None if its
    headers state no time."""
    etag: str | None = None
    """Entity tag of the page; null if it has none."""
    last_modified: str | None = None
    """When the page was last changed, as an HTTP date; null if it does not say so."""


class Findings(Model):
    """Stored result of a research, without any data of the contact.

    `site` is the address that was looked up; if it differs from the company's current site, the
    findings are outdated.
    """

    model_config = ConfigDict(frozen=True)

    site: str
    outcome: Outcome
    facts: SiteFacts = SiteFacts()
    mail_provider: str | None = None
    sources: list[ResearchSource] = []
    caching: PageCaching = PageCaching()
    """What the headers of the page allow a cache to do with it."""
    summary: Summary | None = None
    """Summary of the facts that a model wrote; None if rules compose it."""
    researched_at: str


class SiteRecord(Model):
    """What is stored about a site for all contacts of its company.

    `findings` is None if the page may not be stored.
    """

    model_config = ConfigDict(frozen=True)

    paid_at: str
    findings: Findings | None = None
