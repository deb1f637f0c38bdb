"""Reader of one page of a website, which obeys robots.txt (RFC 9309).

Every request, including the one for robots.txt and each redirect, passes the SSRF guard
(`kit.outbound`) on its own; all share one deadline.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from protego import Protego

from outrider.kit import clock
from outrider.kit.outbound.client import Outbound
from outrider.kit.outbound.connections import OutboundFailed
from outrider.kit.outbound.exchanges import HttpResponse
from outrider.kit.outbound.targets import InvalidUrl
from outrider.research.models import Outcome, ResearchSource, SourceError
from outrider.research.site.decoding import MAX_TEXT, body_of, text_of
from outrider.research.site.robots import AGENT, MAX_REDIRECTS, forbids_all, rules_of
from outrider.research.site.tags import elements

WITHIN = 18.0
"""Seconds for all requests together; the function has 29."""
EACH_WITHIN = 7.0
MAX_HOPS = 3

_HEADERS = {
    "User-Agent": f"{AGENT}/1",
    "Accept": "text/html,application/xhtml+xml,text/plain;q=0.5",
    "Accept-Encoding": "gzip",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_PAGES = frozenset({"", "text/html", "application/xhtml+xml"})
_LONGEST_STUB = 4_096
"""Maximum characters of a page that does nothing but lead to another one."""
_REFRESH = re.compile(
    r"\s*[0-3]?(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"'\s]+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page that was read before, with the request headers that ask whether it has changed."""

    url: str
    conditions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page. `url` is its URL after redirects; header names are lower-case. `html` is None if the
    known page has not changed."""

    url: str
    html: str | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SiteReading:
    outcome: Outcome
    page: WebPage | None
    sources: Sequence[ResearchSource]


@dataclass(frozen=True, slots=True)
class SiteReader:
    outbound: Outbound
    within: float = WITHIN

    def read(self, urls: Sequence[str], known: KnownPage | None = None) -> SiteReading:
        """Return the first page found among the URLs. Never raises on a failure of the other
        side."""
        visit = _Visit(self.outbound, time.monotonic() + self.within, known)
        for url in urls:
            page = visit.follow(url)
            if page:
                return SiteReading("found", page, visit.sources)
            if visit.is_disallowed:
                return SiteReading("disallowed", None, visit.sources)
        return SiteReading("unreachable", None, visit.sources)


@dataclass(slots=True)
class _Visit:
    """The requests so far, and the rules of each origin's robots.txt."""

    outbound: Outbound
    ends: float
    known: KnownPage | None
    sources: list[ResearchSource] = field(default_factory=list)
    is_disallowed: bool = False
    _robots: dict[str, Protego | None] = field(default_factory=dict)

    def follow(self, url: str) -> WebPage | None:
        for _ in range(MAX_HOPS + 1):
            robots = self._robots_of(url)
            if robots is None:
                return None
            if not robots.can_fetch(url, AGENT):
                self.is_disallowed = True
                self._note(url, error="robots")
                return None
            answer = self._ask(url)
            if answer is None:
                return None
            target = _target(answer, url)
            if target is None:
                page = self._page(url, answer)
                target = _refresh_of(page) if page else None
                if target is None:
                    return page
            else:
                self._note(url, answer.status)
            url = target
        self._note(url, error="too_many_redirects")
        return None

    def _page(self, url: str, answer: HttpResponse) -> WebPage | None:
        if answer.status == _NOT_MODIFIED and self.known and self.known.url == url:
            self._note(url, answer.status)
            return WebPage(url, None, answer.headers)
        content_type = answer.headers.get("content-type", "")
        body = body_of(answer)
        error: SourceError | None = None
        if not 200 <= answer.status < 300:
            error = "http_status"
        elif content_type.partition(";")[0].strip().lower() not in _PAGES:
            error = "not_html"
        elif body is None:
            error = "encoded"
        self._note(url, answer.status, error)
        if error or body is None:
            return None
        return WebPage(url, text_of(body, content_type), answer.headers)

    def _robots_of(self, url: str) -> Protego | None:
        """Return the robots.txt rules of the URL's origin; None if they could not be read, which
        forbids any request."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(f"{origin}/robots.txt")
        return self._robots[origin]

    def _read_robots(self, url: str) -> Protego | None:
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(url)
            if answer is None:
                return None
            target = _target(answer, url)
            if target is None:
                break
            self._note(url, answer.status)
            url = target
        else:
            self._note(url, error="too_many_redirects")
            return rules_of("")
        is_there = 200 <= answer.status < 300
        body = body_of(answer) if is_there else b""
        if body is None or forbids_all(answer.status):
            self._note(url, answer.status, "robots")
            return None
        self._note(url, answer.status)
        return rules_of(text_of(body, "text/plain; charset=utf-8"), is_cut=len(body) >= MAX_TEXT)

    def _ask(self, url: str) -> HttpResponse | None:
        """Send one request, and return the response, or None after recording the failure."""
        left = min(self.ends - time.monotonic(), EACH_WITHIN)
        conditions = self.known.conditions if self.known and self.known.url == url else {}
        try:
            if left <= 0:
                raise OutboundFailed("timeout", "no time is left")
            outbound = replace(self.outbound, end_within=left)
            return outbound.get(url, {**_HEADERS, **conditions}, MAX_TEXT)
        except OutboundFailed as failure:
            self._note(url, error=failure.reason)
        except InvalidUrl:
            self._note(url, error="invalid_url")
        return None

    def _note(self, url: str, status: int | None = None, error: SourceError | None = None) -> None:
        self.sources.append(
            ResearchSource(
                url=url[:2_048], fetched_at=clock.timestamp(), status=status, error=error
            )
        )


def _target(answer: HttpResponse, url: str) -> str | None:
    """Return the target of a redirect without fragment, or None for other responses."""
    location = answer.headers.get("location")
    if answer.status not in _REDIRECTS or not location:
        return None
    return _joined(url, location)


def _refresh_of(page: WebPage) -> str | None:
    """Return the target of a page whose `meta` element leads to another one at once, or None. Only
    a short page counts, and none with text for browsers without scripts: that often leads away
    from a page that can be read."""
    html = page.html or ""
    if len(html) > _LONGEST_STUB or "<noscript" in html.lower():
        return None
    for element in elements(html):
        if element.attributes.get("http-equiv", "").lower() == "refresh":
            found = _REFRESH.match(element.attributes.get("content", ""))
            target = _joined(page.url, found[1]) if found else page.url
            return target if target != page.url else None
    return None


def _joined(url: str, reference: str) -> str:
    """Return the URL of a reference without fragment; one that is no URL leads to an invalid
    one."""
    try:
        return urljoin(url, reference.strip()).partition("#")[0]
    except ValueError:
        return "invalid:"
