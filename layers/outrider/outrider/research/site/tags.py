"""The few elements of a page that say something. Nothing builds its tree: a parser that does so
takes 86 seconds for 256 KB of `<!--` (`html.parser` of Python 3.11), or 36 for 512 KB of `<div>`
and 14 for one tag of 60,000 attributes (lexbor, by selectolax)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from outrider.kit.text import markup
from outrider.kit.text.markup import Piece

NAMES = frozenset({"a", "html", "link", "meta", "script", "title"})
MAX_TAGS = 20_000
_LONGEST = 4_000
"""Characters of one attribute or title: more say nothing, and `unescape` fails on numbers of that
many digits."""
_MAX_ATTRIBUTES = 8_000
"""Characters of all attributes of a tag."""


@dataclass(frozen=True, slots=True)
class Element:
    """`text` is the content of a script or title. Names are lower-case, the first value counts."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


def elements(html: str) -> Iterator[Element]:
    """Those of the names above, in order, of the first MAX_TAGS tags."""
    for opened, content in _opened(html):
        if opened.name in NAMES:
            yield Element(opened.name, _attributes(html, opened), content)


def plain(text: str) -> str:
    """Text of a page without references and with its white space in order."""
    return " ".join(unescape(text[:_LONGEST]).split())


def _opened(html: str) -> Iterator[tuple[Piece, str]]:
    """Tags that open an element, each with its content where that is no markup."""
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
