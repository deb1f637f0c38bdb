"""What was found out about a company from outside."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from outrider.kit.outbound.connections import Reason

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
"""Why there is nothing from a source. `robots`: robots.txt forbids to ask, or could not be read.
`not_asked`: a test key opens no connection."""


class ResearchSource(BaseModel):
    """One request, or the one that was not made. `status` is the HTTP status of the answer."""

    model_config = ConfigDict(frozen=True)

    url: str
    fetched_at: str
    status: int | None = None
    error: SourceError | None = None
    """Why the page could not be read; null if it was read."""


class ResearchSignal(BaseModel):
    """Something about the company that may be a reason to write to it."""

    model_config = ConfigDict(frozen=True)

    name: Literal["hiring", "public_prices", "blog", "news", "shop", "marketing", "support_chat"]
    """What stands out."""
    detail: str
    url: str | None = None


class SiteFacts(BaseModel):
    """What a page says about the company whose site it is; all of it is a stranger's text."""

    model_config = ConfigDict(frozen=True)

    url: str | None = None
    """Where the page was, after redirects."""
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


class Findings(BaseModel):
    """What a research found, as it is kept: nothing of it is taken from the contact.

    `site` is what was asked for, and tells whether the findings are about the same company still.
    """

    model_config = ConfigDict(frozen=True)

    site: str
    outcome: Outcome
    facts: SiteFacts = SiteFacts()
    mail_provider: str | None = None
    sources: list[ResearchSource] = []
    researched_at: str
