"""HTML, ours or a stranger's, read in one pass, in time linear in its length: `html.parser` is not,
nor is anything that builds the tree of a page.

The rules are those of the HTML standard's tokenizer (13.2.5) as far as they are needed here:
comments, quoted attributes, and the elements whose content is no markup.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from html.entities import html5
from typing import Literal

_MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_REST = re.compile(r"""(?>(?:[^"'>]++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]{1,100})(?:\s{0,20}=\s{0,20}("[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
)
_UNREAD = frozenset({"noembed", "noframes", "script", "style", "textarea", "title", "xmp"})
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _UNREAD}
_LONGEST = 4_000
"""Characters of an attribute: `unescape` fails on numbers of that many digits."""

_REFERENCE = re.compile(r"&(?:#[0-9]++;?|#[xX][0-9a-fA-F]++;?|[a-zA-Z][a-zA-Z0-9]*+(?:;|(?!=)))")
_LINKS = frozenset({"a", "area"})
_LED_TO = frozenset({"action", "formaction", "href", "xlink:href"})
_PROGRAMS = ("javascript:", "vbscript:", "data:")
_UNSEEN = re.compile(r"[\x00-\x20]+")
_PARAGRAPHS = frozenset(
    {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"}
)
_LINES = frozenset({"br", "dd", "div", "dt", "footer", "header", "section", "tr"})
_SPACE = re.compile(r"[ \t\r\f\v\xa0]+")
_AROUND_LINES = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source: text between tags, a tag and where its attributes begin, or the raw
    content of an element that holds no markup, whose `name` it has."""

    kind: Literal["text", "open", "close", "raw"]
    start: int
    end: int
    name: str = ""
    inside: int = 0


def pieces(html: str, most: int = sys.maxsize) -> Iterator[Piece]:
    """Text and tags, in order, without comments. Of a page that a stranger wrote, `most` says how
    many tags and comments are read; what is behind them is left out."""
    at = read = 0
    while at < len(html) and read < most:
        read += 1
        found = _MARKUP.search(html, at)
        start = found.start() if found else len(html)
        if start > at:
            yield Piece("text", at, start)
        if start == len(html):
            return
        if html.startswith("<!--", start):
            at = _behind(html, "-->", start + 4)
        elif opened := _NAME.match(html, start):
            rest = _REST.match(html, opened.end())
            if rest is None:  # it never ends
                return
            at = rest.end()
            name = opened[1].lower()
            closes = html[start + 1] == "/"
            yield Piece("close" if closes else "open", start, at, name, opened.end())
            if name in _UNREAD and not closes:
                end = _ENDS[name].search(html, at)
                inside, at = at, end.start() if end else len(html)
                yield Piece("raw", inside, at, name)
        else:  # what browsers take for a comment
            at = _behind(html, ">", start)


def attributes(html: str, piece: Piece, within: int) -> Iterator[tuple[str, str]]:
    """Names in lower case and values of a tag, as they are written, of its first `within`
    characters. Where a name comes twice, the first value counts."""
    for found in _ATTRIBUTE.finditer(html, piece.inside, min(piece.end - 1, piece.inside + within)):
        yield found[1].lower(), _unquoted(found[2]) if found[2] else ""


def attribute(html: str, piece: Piece, name: str) -> str:
    """Of a tag; empty where it has none."""
    found = _value(html, piece, name)
    return found[2] if found else ""


def rewrite_links(html: str, replace: Callable[[str], str | None]) -> str:
    """The HTML with the targets of its links replaced, but for those `replace` gives None for."""
    parts = []
    at = 0
    for piece in pieces(html):
        if (found := _target(html, piece)) is None:
            continue
        start, end, target = found
        if (other := replace(target)) is not None:
            parts += [html[at:start], f'"{escape(other)}"']
            at = end
    return "".join([*parts, html[at:]])


def disarm(html: str) -> str:
    """The HTML with `#` in the place of links that a browser would run as a program."""
    parts = []
    at = 0
    for piece in pieces(html):
        if piece.kind != "open":
            continue
        for found in _ATTRIBUTE.finditer(html, piece.inside, piece.end - 1):
            if found[2] and found[1].lower() in _LED_TO and _is_program(found[2]):
                parts += [html[at : found.start(2)], '"#"']
                at = found.end(2)
    return "".join([*parts, html[at:]])


def _is_program(value: str) -> bool:
    """Browsers leave out white space and control characters when they look for a scheme
    (https://url.spec.whatwg.org/#concept-basic-url-parser)."""
    target = _UNSEEN.sub("", _decoded(_unquoted(value)[:_LONGEST])).lower()
    return target.startswith(_PROGRAMS)


def shows(html: str, url: str) -> bool:
    """Whether a link leads to `url`, or a reader sees it."""
    for piece in pieces(html):
        if piece.kind == "text" and url in html[piece.start : piece.end]:
            return True
        if (found := _target(html, piece)) and found[2] == url:
            return True
    return False


def append(html: str, more: str) -> str:
    """`more` behind everything else in the body."""
    at = len(html)
    for piece in pieces(html):
        if piece.kind == "close" and piece.name in ("body", "html"):
            at = min(at, piece.start)
    return f"{html[:at]}{more}{html[at:]}"


def to_text(html: str) -> str:
    """What the HTML says, for a reader of plain text: links follow their words in parentheses."""
    said: list[str] = []
    links: list[tuple[int, str]] = []
    for piece in pieces(html):
        if piece.kind == "text":
            said.append(re.sub(r"\s+", " ", _unescaped(html[piece.start : piece.end])))
        elif piece.name == "a":
            if links:
                _say_target(said, *links.pop())
            if found := _target(html, piece):
                links.append((len(said), found[2]))
        elif piece.name == "li":
            said.append("\n- " if piece.kind == "open" else "")
        elif piece.name == "img" and piece.kind == "open":
            said.append(attribute(html, piece, "alt"))
        elif piece.name in ("td", "th"):
            said.append(" ")
        elif piece.name in _PARAGRAPHS:
            said.append("\n\n")
        elif piece.name in _LINES:
            said.append("\n")
    text = _AROUND_LINES.sub("\n", _SPACE.sub(" ", "".join(said)))
    return _MANY_LINES.sub("\n\n", text).strip()


def _say_target(said: list[str], start: int, target: str) -> None:
    words = "".join(said[start:]).strip()
    address = target.removeprefix("mailto:")
    if address not in words and target.startswith(("http://", "https://", "mailto:")):
        said.append(f" ({address})" if words else address)


def _target(html: str, piece: Piece) -> tuple[int, int, str] | None:
    """Where the target of a link stands, and what it is."""
    if piece.kind != "open" or piece.name not in _LINKS:
        return None
    return _value(html, piece, "href")


def _value(html: str, piece: Piece, name: str) -> tuple[int, int, str] | None:
    """The first value counts, as in a browser."""
    for found in _ATTRIBUTE.finditer(html, piece.inside, piece.end - 1):
        if found[1].lower() == name:
            if found[2] is None or len(found[2]) > _LONGEST:
                return None
            return found.start(2), found.end(2), _decoded(_unquoted(found[2])).strip()
    return None


def _decoded(value: str) -> str:
    """An attribute with its character references read as in HTML's 13.2.5.73: a name without a
    semicolon before `=`, a letter or a digit is none, so `?plan=a&region=eu` stays as it is."""
    return _REFERENCE.sub(_character, value)


def _character(reference: re.Match[str]) -> str:
    text = reference[0]
    return unescape(text) if text[1] == "#" or text[1:] in html5 else text


def _unquoted(value: str) -> str:
    return value[1:-1] if value[0] in "\"'" else value


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a number of thousands of digits
        return text


def _behind(html: str, end: str, at: int) -> int:
    found = html.find(end, at)
    return len(html) if found < 0 else found + len(end)
