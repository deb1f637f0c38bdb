"""Websites of every shape, and what research of each comes to."""

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.hostile import CHUNKED, OK, endless, sending
from tests.receivers import Script, answering
from tests.websites import HTML, page, redirect

TITLE = "<title>Acme</title>"
PACKED = f"{HTML}Content-Encoding: gzip\r\n"


def coded(coding: str, body: bytes) -> Script:
    return answering(body=body, headers=f"{HTML}Content-Encoding: {coding}\r\n")


def bomb(megabytes: int) -> bytes:
    """A page of so many megabytes, packed a thousand times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    spaces = b" " * 1_048_576
    parts = [packer.compress(TITLE.encode()), *(packer.compress(spaces) for _ in range(megabytes))]
    return b"".join([*parts, packer.flush()])


SCHEMA_ORG = """<script type="application/ld+json">{"@context": "https://schema.org",
"@type": "Organization", "name": "Acme", "naics": "332111",
"numberOfEmployees": {"@type": "QuantitativeValue", "minValue": 51, "maxValue": 200}}</script>"""
NESTED = """<script type="application/ld+json">[{"@context": "https://schema.org", "@graph": [
{"@type": "WebPage", "about": {"@id": "#us"}, "mainEntity": {"@graph": [
{"@type": "Organization", "@id": "#us", "name": "Acme"},
{"@id": "#us", "numberOfEmployees": 42, "industry": "Anvils"}]}}]}]</script>"""
PUBLISHER = """<script type="application/ld+json">{"@type": "WebSite", "name": "not this",
"publisher": {"@type": "Organization", "name": "Acme"}}</script>"""
BROKEN = """<p><b><title>Acme</title></p></b><div <a href='/karriere'>Jobs<table><tr>
<meta name=description content="Anvils<!-- and rockets"><script>if (a < b) {</script></html><p"""
APP = """<!doctype html><html lang="en"><head><title>Acme</title>
<script src="/_next/static/a.js"></script></head><body><div id="root"></div>
<noscript>You need to enable JavaScript to run this app.</noscript></body></html>"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A website, and what research of it comes to."""

    name: str
    paths: Mapping[str, Script]
    facts: Mapping[str, object] = field(default_factory=lambda: {"title": "Acme"})
    outcome: str = "found"
    problems: tuple[str, ...] = ()


def unreadable(name: str, script: Script, problem: str) -> Shape:
    return Shape(name, {"/": script}, {"title": None}, "unreachable", (problem,))


PAGES = [
    Shape("plain", {"/": page(TITLE)}),
    Shape("nothing", {"/": page("")}, {"title": None}),
    Shape(
        "schema.org",
        {"/": page(SCHEMA_ORG)},
        {"name": "Acme", "employees": "51-200", "industry": "Manufacturing (NAICS 332111)"},
    ),
    Shape(
        "nested graphs",
        {"/": page(NESTED)},
        {"name": "Acme", "employees": "42", "industry": "Anvils"},
    ),
    Shape("a publisher", {"/": page(PUBLISHER)}, {"name": "Acme"}),
    Shape("broken HTML", {"/": page(BROKEN)}),
    Shape("an application without text", {"/": page(APP)}, {"technologies": ["Next.js"]}),
    Shape("10 MB", {"/": page(TITLE + "<p>Anvils</p>" * 800_000)}),
    Shape("10 MB of one tag", {"/": page(TITLE + "<a " + "b " * 5_000_000 + ">")}),
    Shape("no type", {"/": answering(body=TITLE.encode())}),
    Shape("XHTML", {"/": page(TITLE, "Content-Type: application/xhtml+xml\r\n")}),
    Shape("without end", {"/": endless(OK + HTML.encode() + b"\r\n" + TITLE.encode())}),
    Shape(
        "chunks without end",
        {
            "/": endless(
                CHUNKED[:-2] + HTML.encode() + b"\r\n13\r\n" + TITLE.encode() + b"\r\n",
                b"100\r\n" + b"<b> " * 64 + b"\r\n",
            )
        },
    ),
    Shape("in gzip", {"/": coded("gzip", gzip.compress(TITLE.encode()))}),
    Shape("in gzip that ends early", {"/": coded("x-gzip", gzip.compress(TITLE.encode())[:-6])}),
    Shape("a gzip bomb", {"/": coded("gzip", bomb(200))}),
    Shape("zeros", {"/": page("<title>A\0cme</title>\0\0\0<a hr\0ef='\0'>")}),
    Shape(
        "a declared charset that it does not have",
        {
            "/": answering(
                body="<title>Müller</title>".encode(),
                headers="Content-Type: text/html; charset=iso-8859-1\r\n",
            )
        },
        {"title": "Müller"},
    ),
    Shape(
        "a byte order mark",
        {"/": answering(body="<title>Müller</title>".encode("utf-16"), headers=HTML)},
        {"title": "Müller"},
    ),
    Shape(
        "a page that leads on",
        {
            "/": page('<meta http-equiv="Refresh" content="0; URL=\'/en/\'">'),
            "/en/": page(TITLE),
        },
    ),
    Shape(
        "a page that leads on without scripts only",
        {"/": page(f'{TITLE}<noscript><meta http-equiv="refresh" content="0;url=/no"></noscript>')},
    ),
    Shape(
        "a page that loads itself again",
        {"/": page(f'{TITLE}<meta http-equiv="refresh" content="0">')},
    ),
    Shape("redirects", {"/": redirect("/a"), "/a": redirect("/b", "308 x"), "/b": page(TITLE)}),
    Shape(
        "wildcards in robots.txt",
        {
            "/robots.txt": answering(body=b"User-agent: *\nDisallow: /*?*\nDisallow: /*.pdf$"),
            "/": page(TITLE),
        },
    ),
]
NO_PAGES = [
    Shape(
        "robots.txt that forbids it with a wildcard",
        {"/robots.txt": answering(body=b"User-agent: *\nDisallow: /*\nAllow: /*.css$")},
        {"title": None},
        "disallowed",
        ("robots",),
    ),
    unreadable("a redirect loop", redirect("/"), "too_many_redirects"),
    unreadable(
        "a page that leads to itself by another name",
        page('<meta http-equiv="refresh" content="0; url=/?again">'),
        "http_status",
    ),
    unreadable("a document", page("%PDF-1.7", "Content-Type: application/pdf\r\n"), "not_html"),
    unreadable("JSON", page("{}", "Content-Type: application/json\r\n"), "not_html"),
    unreadable("in brotli", coded("br", b"\x8b\x03\x80"), "encoded"),
    unreadable("in deflate", coded("deflate", zlib.compress(TITLE.encode())), "encoded"),
    unreadable("in gzip twice", coded("gzip, gzip", b"\x1f\x8b"), "encoded"),
    unreadable("in something else than gzip", coded("gzip", b"\x1f\x8b\x08junk"), "encoded"),
    unreadable(
        "a page that has not changed, unasked", answering("304 Not Modified", b""), "http_status"
    ),
    unreadable("busy", answering("429 Slow Down", b"", "Retry-After: 120\r\n"), "http_status"),
    unreadable("headers without end", endless(OK, b"A: b\r\n" * 9_000), "protocol"),
    unreadable("one large header", sending(OK, "A: ", "b" * 99_999, "\r\n\r\n"), "protocol"),
    unreadable("no HTTP", sending(b"\0" * 999), "protocol"),
]
ALL = [*PAGES, *NO_PAGES]
