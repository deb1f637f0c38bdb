"""Conversion of HTML email to text."""

import re
from collections.abc import Iterator
from html import unescape

from outrider.kit.text import markup

_MAX_TAGS = 10_000
_LONGEST = 4_000
"""Maximum characters of a text between two tags: `unescape` fails on numbers with that many
digits."""

_QUOTE = "blockquote"
_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "hr", "section"}
)


def plain(html: str) -> str:
    """Return the visible text of HTML: each block on its own line, lines of a blockquote prefixed
    with >."""
    lines = (" ".join(line.split()) for line in "".join(_texts(html)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _texts(html: str) -> Iterator[str]:
    hidden = quoted = 0
    for piece in markup.pieces(html, _MAX_TAGS):
        change = 1 if piece.kind == "open" else -1
        if piece.name == "head":
            hidden = max(0, hidden + change)
        elif hidden:
            continue
        elif piece.name == _QUOTE:
            quoted = max(0, quoted + change)
            yield _line(quoted)
        elif piece.kind == "text":
            text = html[piece.start : piece.end][:_LONGEST]
            yield re.sub(r"\s+", " ", unescape(text))
        elif piece.name in _BLOCKS:
            yield _line(quoted)


def _line(quoted: int) -> str:
    return "\n> " if quoted else "\n"
