"""HTML tokenizer in linear time, for our own and untrusted HTML, and functions based on it.

`html.parser` and parsers that build a tree are not linear in the length of the input. The rules
follow the HTML standard's tokenizer (13.2.5) as far as needed: comments, quoted attributes, and
elements whose content is not markup.
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
_RAW_ELEMENTS = frozenset({"noembed", "noframes", "script", "style", "textarea", "title", "xmp"})
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW_ELEMENTS}
_LONGEST = 4_000
"""Maximum characters of an attribute value: `unescape` fails on numbers with that many digits."""

_REFERENCE = re.compile(r"&(?:#[0-9]++;?|#[xX][0-9a-fA-F]++;?|[a-zA-Z][a-zA-Z0-9]*+(?:;|(?!=)))")
_LINKS = frozenset({"a", "area"})
_URL_ATTRIBUTES = frozenset({"action", "formaction", "href", "xlink:href"})
_SCRIPT_SCHEMES = ("javascript:", "vbscript:", "data:")
_CONTROLS = re.compile(r"[\x00-\x20]+")
_PARAGRAPHS = frozenset(
    {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"}
)
_LINES = frozenset({"br", "dd", "div", "dt", "footer", "header", "section", "tr"})
_SPACE = re.compile(r"[ \t\r\f\v\xa0]+")
_AROUND_LINES = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Token of the HTML source: text, a tag, or the raw content of an element such as `script`,
    whose `name` it has. The attributes of a tag start at `inside`."""

    kind: Literal["text", "open", "close", "raw"]
    start: int
    end: int
    name: str = ""
    inside: int = 0


def pieces(html: str, most: int = sys.maxsize) -> Iterator[Piece]:
    """Yield text and tags in order, without comments. Reading stops after `most` tags and comments,
    which limits the work for untrusted pages."""
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
            at = _after(html, "-->", start + 4)
        elif opened := _NAME.match(html, start):
            rest = _REST.match(html, opened.end())
            if rest is None:  # unterminated tag
                return
            at = rest.end()
            name = opened[1].lower()
            closes = html[start + 1] == "/"
            yield Piece("close" if closes else "open", start, at, name, opened.end())
            if name in _RAW_ELEMENTS and not closes:
                end = _ENDS[name].search(html, at)
                inside, at = at, end.start() if end else len(html)
                yield Piece("raw", inside, at, name)
        else:  # browsers parse this as a comment
            at = _after(html, ">", start)


def attributes(html: str, piece: Piece, within: int) -> Iterator[tuple[str, str]]:
    """Yield the lower-case names and the values of the attributes in the first `within` characters
    of a tag.

    Values are not unescaped. If a name occurs twice, browsers use the first value.
    """
    for found in _ATTRIBUTE.finditer(html, piece.inside, min(piece.end - 1, piece.inside + within)):
        yield found[1].lower(), _unquoted(found[2]) if found[2] else ""


def attribute(html: str, piece: Piece, name: str) -> str:
    """Return the value of an attribute of a tag; empty if it has none."""
    found = _value(html, piece, name)
    return found[2] if found else ""


def rewrite_links(html: str, replace: Callable[[str], str | None]) -> str:
    """Return the HTML with each link target replaced by the result of `replace`, unless that is
    None."""
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
    """Return the HTML with `#` in place of links that would run a script (`javascript:` and `data:`
    URLs)."""
    parts = []
    at = 0
    for piece in pieces(html):
        if piece.kind != "open":
            continue
        for found in _ATTRIBUTE.finditer(html, piece.inside, piece.end - 1):
            if found[2] and found[1].lower() in _URL_ATTRIBUTES and _runs_script(found[2]):
                parts += [html[at : found.start(2)], '"#"']
                at = found.end(2)
    return "".join([*parts, html[at:]])


def _runs_script(value: str) -> bool:
    """Return whether the URL's scheme runs a script. Like browsers, ignore white space and control
    characters in it (https://url.spec.whatwg.org/#concept-basic-url-parser)."""
    target = _CONTROLS.sub("", _decoded(_unquoted(value)[:_LONGEST])).lower()
    return target.startswith(_SCRIPT_SCHEMES)


def shows(html: str, url: str) -> bool:
    """Return whether `url` is the target of a link or part of the visible text."""
    for piece in pieces(html):
        if piece.kind == "text" and url in html[piece.start : piece.end]:
            return True
        if (found := _target(html, piece)) and found[2] == url:
            return True
    return False


def append(html: str, more: str) -> str:
    """Return the HTML with `more` inserted at the end of its body."""
    at = len(html)
    for piece in pieces(html):
        if piece.kind == "close" and piece.name in ("body", "html"):
            at = min(at, piece.start)
    return f"{html[:at]}{more}{html[at:]}"


def to_text(html: str) -> str:
    """Return the HTML as plain text, with link targets in parentheses after the link text."""
    parts: list[str] = []
    links: list[tuple[int, str]] = []
    for piece in pieces(html):
        if piece.kind == "text":
            parts.append(re.sub(r"\s+", " ", _unescaped(html[piece.start : piece.end])))
        elif piece.name == "a":
            if links:
                _append_target(parts, *links.pop())
            if found := _target(html, piece):
                links.append((len(parts), found[2]))
        elif piece.name == "li":
            parts.append("\n- " if piece.kind == "open" else "")
        elif piece.name == "img" and piece.kind == "open":
            parts.append(attribute(html, piece, "alt"))
        elif piece.name in ("td", "th"):
            parts.append(" ")
        elif piece.name in _PARAGRAPHS:
            parts.append("\n\n")
        elif piece.name in _LINES:
            parts.append("\n")
    text = _AROUND_LINES.sub("\n", _SPACE.sub(" ", "".join(parts)))
    return _MANY_LINES.sub("\n\n", text).strip()


def _append_target(parts: list[str], start: int, target: str) -> None:
    words = "".join(parts[start:]).strip()
    address = target.removeprefix("mailto:")
    if address not in words and target.startswith(("http://", "https://", "mailto:")):
        parts.append(f" ({address})" if words else address)


def _target(html: str, piece: Piece) -> tuple[int, int, str] | None:
    """Return the position (start, end) and value of a link's target, or None."""
    if piece.kind != "open" or piece.name not in _LINKS:
        return None
    return _value(html, piece, "href")


def _value(html: str, piece: Piece, name: str) -> tuple[int, int, str] | None:
    """Return the position (start, end) and value of an attribute; as in browsers, the first
    occurrence counts."""
    for found in _ATTRIBUTE.finditer(html, piece.inside, piece.end - 1):
        if found[1].lower() == name:
            if found[2] is None or len(found[2]) > _LONGEST:
                return None
            return found.start(2), found.end(2), _decoded(_unquoted(found[2])).strip()
    return None


def _decoded(value: str) -> str:
    """Return an attribute value with its character references decoded (HTML standard, 13.2.5.73).

    A named reference without a semicolon is not decoded before `=`, a letter or a digit, so
    `?plan=a&region=eu` stays unchanged.
    """
    return _REFERENCE.sub(_character, value)


def _character(reference: re.Match[str]) -> str:
    text = reference[0]
    return unescape(text) if text[1] == "#" or text[1:] in html5 else text


def _unquoted(value: str) -> str:
    return value[1:-1] if value[0] in "\"'" else value


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a numeric reference with thousands of digits
        return text


def _after(html: str, end: str, at: int) -> int:
    found = html.find(end, at)
    return len(html) if found < 0 else found + len(end)
