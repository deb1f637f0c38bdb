"""Frame of every page: header with navigation and search."""

import re
from collections.abc import Iterable
from html import escape

SURFACES = {"outrider": "Outrider", "outreachpilot": "OutreachPilot", "autoreach": "AutoReach"}
"""Titles of the references by name. The first is at /docs, the others at /docs/<name>."""


def address(surface: str) -> str:
    """Return the path of the reference of a surface."""
    return "/docs" if surface == "outrider" else f"/docs/{surface}"


def page(title: str, body: str, *, current: str, scripts: Iterable[str] = ("docs.js",)) -> str:
    """Return an HTML page; `current` is the path of the entry of the header that it belongs to."""
    loaded = "\n".join(f'<script src="/docs/assets/{name}" defer></script>' for name in scripts)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/docs.css">
{loaded}
</head>
<body>
<header>
<a class="brand" href="/docs">Outrider</a>
<nav aria-label="Documentation">
{_entries(current)}
</nav>
<div role="search">
<input id="search" type="search" placeholder="Search everything" autocomplete="off"
 aria-label="Search the documentation" aria-controls="found">
<ul id="found" hidden></ul>
</div>
</header>
{body}
</body>
</html>
"""


def prose(text: str) -> str:
    """Return text with its `code` in HTML."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def link(href: str, text: str, *, current: bool) -> str:
    """Return an entry of a navigation."""
    mark = " aria-current=page" if current else ""
    return f'<a href="{href}"{mark}>{escape(text)}</a>'


def _entries(current: str) -> str:
    entries = {
        "/docs": "Reference",
        "/docs/first-outreach": "Guides",
        "/docs#errors": "Errors",
    }
    return "\n".join(link(href, text, current=href == current) for href, text in entries.items())
