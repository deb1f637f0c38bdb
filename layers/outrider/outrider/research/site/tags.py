"""Tokenizer for the few elements of a page that carry facts.

It builds no tree, because parsers that do are open to denial of service: `html.parser` of Python
3.11 takes 86 seconds for 256 KB of `<!--`, and lexbor (selectolax) 36 seconds for 512 KB of `<div>`
and 14 for one tag with 60,000 attributes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from outrider.kit.text import markup
from outrider.kit.text.markup import Piece

NAMES = frozenset({"a", "html", "link", "meta", "script", "title"})
MAX_TAGS = 20_000
_LONGEST = 4_000
"""Maximum number of characters of an attribute or title. `unescape` fails on numeric references
with thousands of digits."""
_MAX_ATTRIBUTES = 8_000
"""Maximum number of characters of all attributes of a tag."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element. `text` is the content of a script or title. Names are lower-case; of duplicate
    attributes the first counts."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


def elements(html: str) -> Iterator[Element]:
    """Yield the elements in NAMES, in order, among the first MAX_TAGS tags."""
    for opened, content in _opened(html):
        if opened.name in NAMES:
            yield Element(opened.name, _attributes(html, opened), content)


def plain(text: str) -> str:
    """Return text with character references resolved and white space normalised."""
    return " ".join(unescape(text[:_LONGEST]).split())


def _opened(html: str) -> Iterator[tuple[Piece, str]]:
    """Yield the opening tags, each with its content if that is raw text."""
    last: Piece | None = None
    for piece in markup.pieces(html, MAX_TAGS):
        if last:
            yield last, html[piece.start : piece.end] if piece.kind == "raw" else ""
        last = piece if piece.kind == "open" else None
    if last:
        yield last, ""


def _attributes(html: str, piece: Piece) -> Mapping[str, str]:
    attributes: dict[str, str] = {}
    for name, value in markup.attributes(html, piece, _MAX_ATTRIBUTES):
        attributes.setdefault(name, plain(value))
    return attributes
