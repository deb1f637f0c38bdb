"""Reader of one page of a website, which obeys robots.txt (RFC 9309).

Every request, including the one for robots.txt and each redirect, passes the SSRF guard
(`kit.outbound`) on its own; all share one deadline.
"""

import codecs
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

WITHIN = 18.0
"""Seconds for all requests together; the function has 29."""
EACH_WITHIN = 7.0
MAX_PAGE = 512 * 1024
"""Bytes read of a page; the rest is ignored."""
MAX_HOPS = 3
AGENT = "Outrider-Research"
_AGENTS_FOR_US = frozenset({"*", "outrider", AGENT.lower()})
_AGENT_LINE = re.compile(r"\s*user[- ]?agent(?:\s*:|\s)(?P<agent>[^#]*)", re.IGNORECASE)

_HEADERS = {
    "User-Agent": f"{AGENT}/1",
    "Accept": "text/html,application/xhtml+xml,text/plain;q=0.5",
    "Accept-Encoding": "identity",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGES = frozenset({"", "text/html", "application/xhtml+xml"})
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?([\w:-]{2,20})""", re.IGNORECASE
)
_CODECS = re.compile(
    r"ascii|big5|cp125[0-8]|cp874|euc_jp|euc_kr|gb18030|gb2312|gbk|iso8859-\d+|koi8-[ru]|shift_jis"
    r"|utf-(8|16|16-be|16-le)"
)
"""Text encodings of the web, by their names in `codecs`; other codecs there do not decode text, and
some decompress."""


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page. `url` is its URL after redirects; header names are lower-case."""

    url: str
    html: str
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

    def read(self, urls: Sequence[str]) -> SiteReading:
        """Return the first page found among the URLs. Never raises on a failure of the other
        side."""
        visit = _Visit(self.outbound, time.monotonic() + self.within)
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
                return self._page(url, answer)
            self._note(url, answer.status)
            url = target
        self._note(url, error="too_many_redirects")
        return None

    def _page(self, url: str, answer: HttpResponse) -> WebPage | None:
        media, _, _ = answer.headers.get("content-type", "").partition(";")
        error: SourceError | None = None
        if not 200 <= answer.status < 300:
            error = "http_status"
        elif media.strip().lower() not in _PAGES:
            error = "not_html"
        elif answer.headers.get("content-encoding", "identity").lower() != "identity":
            error = "encoded"
        self._note(url, answer.status, error)
        return None if error else WebPage(url, text_of(answer), answer.headers)

    def _robots_of(self, url: str) -> Protego | None:
        """Return the robots.txt rules of the URL's origin; None if they could not be read, which
        forbids any request."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(f"{origin}/robots.txt")
        return self._robots[origin]

    def _read_robots(self, url: str) -> Protego | None:
        for _ in range(MAX_HOPS + 1):
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
            return _rules("")
        if answer.status >= 500:
            self._note(url, answer.status, "robots")
            return None
        self._note(url, answer.status)
        return _rules(text_of(answer) if 200 <= answer.status < 300 else "")

    def _ask(self, url: str) -> HttpResponse | None:
        """Send one request, and return the response, or None after recording the failure."""
        left = min(self.ends - time.monotonic(), EACH_WITHIN)
        try:
            if left <= 0:
                raise OutboundFailed("timeout", "no time is left")
            return replace(self.outbound, end_within=left).get(url, _HEADERS, MAX_PAGE)
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


def text_of(answer: HttpResponse) -> str:
    """Return the body as text in its declared encoding, by default UTF-8; invalid bytes become
    U+FFFD."""
    named = re.search(r"charset\s*=\s*[\"']?([\w:-]{2,20})", answer.headers.get("content-type", ""))
    meta = None if named else _CHARSET.search(answer.body[:2_048])
    charset = named[1] if named else meta[1].decode("ascii", "replace") if meta else "utf-8"
    try:
        known = codecs.lookup(charset).name
    except LookupError:
        known = ""
    encoding = known if _CODECS.fullmatch(known) else "utf-8"
    return answer.body.decode(encoding, errors="replace")


def _target(answer: HttpResponse, url: str) -> str | None:
    """Return the target of a redirect without fragment, or None for other responses."""
    location = answer.headers.get("location")
    if answer.status not in _REDIRECTS or not location:
        return None
    try:
        return urljoin(url, location.strip()).partition("#")[0]
    except ValueError:
        return "invalid:"


def _rules(text: str) -> Protego:
    return Protego.parse("\n".join(map(_for_us, text.removeprefix("\ufeff").splitlines())))


def _for_us(line: str) -> str:
    """Rename all user agents but ours in a line of robots.txt to one name: the parser stores each
    rule once per agent, which for a large file would exceed the function's memory."""
    named = _AGENT_LINE.match(line)
    if named is None or named["agent"].strip().lower() in _AGENTS_FOR_US:
        return line
    return "User-agent: another"
