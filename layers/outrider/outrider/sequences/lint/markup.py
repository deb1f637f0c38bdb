"""Rules about links, images and the size of an email."""

import re
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from outrider.sequences.lint.findings import Remark
from outrider.sequences.lint.parts import TextLink, TextPart

MAX_LINKS = 3
CLIPPED_AT = 102 * 1024
"""Bytes of HTML after which Gmail clips an email, together with the unsubscribe link at its end."""
_OWN_BYTES = 2_048
"""Bytes reserved for what Outrider adds: the postal address, the unsubscribe link, the open
pixel."""
_LETTERS_OF_AN_IMAGE = 100

_LIQUID = re.compile(r"\{\{|\{%")
_LOOKS_LIKE_A_HOST = re.compile(
    r"(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})(?:[:/?#]\S*)?"
)
_UNSUBSCRIBES = re.compile(
    r"unsubscrib|opt[- _]?out|abmelden|abbestell|d[ée]sinscri|desuscri|darse de baja|disiscri"
    r"|afmelden",
    re.IGNORECASE,
)


def links(part: TextPart) -> Iterator[Remark]:
    found = part.links
    places = {link.target: _host(link.target) for link in found}
    hosts = sorted({host for host in places.values() if host})
    if len(found) > MAX_LINKS:
        message = f"{len(found)} links: more than {MAX_LINKS} look like an advertisement"
        yield Remark("link_count", "warning", message)
    if any(link.target.lower().startswith("http://") for link in found):
        yield Remark("link_insecure", "warning", "Use https:// for links")
    if addresses := [host for host in hosts if _is_address(host)]:
        message = f"A link leads to {addresses[0]}: use the name of a domain, not its address"
        yield Remark("link_ip", "error", message)
    if shortened := [host for host in hosts if host in _shorteners()]:
        message = f"{', '.join(shortened[:5])} hides where a link leads: link to the place itself"
        yield Remark("link_shortener", "warning", message)
    for link in found:
        if (named_host := _other_host_named(link, places[link.target])) is not None:
            message = f"A link says {named_host} and leads to {places[link.target]}: let it say so"
            yield Remark("link_deceptive", "error", message)
            break


def unsubscribing(part: TextPart) -> Iterator[Remark]:
    """Yield a remark on an unsubscribe link of the template's own, whose opt-outs never reach
    Outrider."""
    if "unsubscribe_url" in part.source:
        return
    for link in part.links:
        if _UNSUBSCRIBES.search(link.words) or _UNSUBSCRIBES.search(link.target):
            message = (
                "This link suppresses nobody. Link to {{ unsubscribe_url }}, or leave it out: "
                "every mail has a link to unsubscribe at its end"
            )
            yield Remark("unsubscribe", "warning", message)
            return


def pictures(part: TextPart) -> Iterator[Remark]:
    letters = sum(character.isalpha() for character in part.words)
    if part.images and letters < _LETTERS_OF_AN_IMAGE * part.images:
        message = (
            f"{part.images} pictures beside {letters} letters: write {_LETTERS_OF_AN_IMAGE} for "
            "each, for those who see no pictures"
        )
        yield Remark("image_ratio", "warning", message)
    if part.active_elements:
        message = f"Mailboxes take out {', '.join(part.active_elements)}, or the whole mail"
        yield Remark("active_content", "warning", message)


def size(part: TextPart) -> Iterator[Remark]:
    if len(part.longest.encode()) > CLIPPED_AT - _OWN_BYTES:
        message = (
            f"Gmail shows the first {CLIPPED_AT // 1024} KB, and so not the link to unsubscribe: "
            "shorten the HTML"
        )
        yield Remark("size", "warning", message)


def _host(target: str) -> str:
    """Return the host that a link leads to; empty if it is set by a template variable or there is
    none."""
    if not target.lower().startswith(("http://", "https://", "//")):
        return ""
    place = target.partition("//")[2]
    if _LIQUID.search(re.split(r"[/?#]", place, maxsplit=1)[0]):
        return ""
    try:
        return (urlsplit(target).hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    if host.isdecimal():  # 2130706433 is 127.0.0.1
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _other_host_named(link: TextLink, host: str) -> str | None:
    """Return the host that the link text names if the link leads to a different one, else None."""
    named = _LOOKS_LIKE_A_HOST.fullmatch(link.words.lower())
    if named is None or not host:
        return None
    named_host = named[1].removeprefix("www.")
    same = named_host == host or named_host.endswith(f".{host}") or host.endswith(f".{named_host}")
    return None if same else named_host


@cache
def _shorteners() -> frozenset[str]:
    lines = Path(__file__).with_name("shorteners.txt").read_text("utf-8").split()
    return frozenset(lines)
