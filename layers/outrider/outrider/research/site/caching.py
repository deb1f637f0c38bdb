"""HTTP caching rules of a page (RFC 9111), for a private cache: each workspace has its own."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from outrider.kit import clock
from outrider.research.models import PageCaching

_DIRECTIVE = re.compile(r"""([\w-]{1,40})(?:\s*=\s*(?:"([^"]{0,200})"|([^\s,;"]{1,200})))?""")
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_SECONDS = re.compile(r"[0-9]{1,10}")
_LONGEST_LIST = 2_000
"""Maximum characters of a header that are read."""


def caching_of(headers: Mapping[str, str]) -> PageCaching:
    """Return what the headers of a page allow, as it was received now. Header names must be
    lower-case."""
    etag = headers.get("etag", "").strip()
    modified = _date(headers.get("last-modified"))
    directives = _directives(headers.get("cache-control", ""))
    return PageCaching(
        may_store="no-store" not in directives,
        fresh_seconds=_fresh_seconds(directives, headers),
        etag=etag if _ETAG.fullmatch(etag) else None,
        last_modified=format_datetime(modified, usegmt=True) if modified else None,
    )


def renewed(caching: PageCaching, headers: Mapping[str, str]) -> PageCaching:
    """Return the caching rules of a page that has not changed, with the headers of the response
    that says so (RFC 9111, 3.2): what they do not say stays as it was."""
    new = caching_of(headers)
    says_freshness = not headers.keys().isdisjoint({"cache-control", "expires"})
    return PageCaching(
        may_store=new.may_store if says_freshness else caching.may_store,
        fresh_seconds=new.fresh_seconds if says_freshness else caching.fresh_seconds,
        etag=new.etag or caching.etag,
        last_modified=new.last_modified or caching.last_modified,
    )


def conditions_of(caching: PageCaching) -> dict[str, str]:
    """Return the request headers that ask for the page only if it has changed; none if it has no
    validator."""
    conditions = {"If-None-Match": caching.etag, "If-Modified-Since": caching.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _fresh_seconds(directives: Mapping[str, str], headers: Mapping[str, str]) -> int | None:
    """Return the freshness lifetime left when the response was received (RFC 9111, 4.2); None if
    the headers state none. A lifetime that cannot be read is 0 (4.2.1)."""
    if "no-cache" in directives or headers.get("vary", "").strip() == "*":
        return 0
    if "max-age" in directives:
        lifetime = _seconds(directives["max-age"])
    elif "expires" in headers:
        ends = _date(headers["expires"])
        began = _date(headers.get("date")) or clock.now()
        lifetime = int((ends - began).total_seconds()) if ends else 0
    else:
        return None
    return max(0, lifetime - _seconds(headers.get("age", "0")))


def _directives(cache_control: str) -> dict[str, str]:
    """Return the directives of a Cache-Control header, with names in lower case. Of duplicates the
    first counts (RFC 9111, 4.2.1)."""
    directives: dict[str, str] = {}
    for found in _DIRECTIVE.finditer(cache_control[:_LONGEST_LIST]):
        directives.setdefault(found[1].lower(), found[2] or found[3] or "")
    return directives


def _seconds(text: str) -> int:
    text = text.strip()
    return int(text) if _SECONDS.fullmatch(text) else 0


def _date(text: str | None) -> datetime | None:
    """Return an HTTP date, which is in UTC; None if it is none."""
    try:
        moment = parsedate_to_datetime((text or "").strip()[:60])
        return moment if moment.tzinfo and moment.year > 1 else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
