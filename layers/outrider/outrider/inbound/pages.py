"""The text of a mail in HTML, in one pass, in time linear in its length (see `research.tags`)."""

import re
from collections.abc import Iterator
from html import unescape

_MAX_TAGS = 20_000
_LONGEST = 4_000
"""Characters of a text between two tags; `unescape` fails on numbers of that many digits."""

_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_REST = re.compile(r"""(?>(?:[^"'>]++|"[^"]*+"|'[^']*+')*+)>""")
_HIDDEN = frozenset({"head", "script", "style", "title"})
_LEFT_OUT = _HIDDEN | {"blockquote"}
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style")}
_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "hr", "section"}
)


def plain(html: str) -> str:
    """The text without what is not shown and what is quoted in a `blockquote`; blocks are lines."""
    lines = (" ".join(line.split()) for line in "".join(_texts(html)).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _texts(html: str) -> Iterator[str]:
    at = depth = 0
    for _ in range(_MAX_TAGS):
        start = html.find("<", at)
        if not depth:
            text = html[at : start if start >= 0 else None]
            yield re.sub(r"\s+", " ", unescape(text[:_LONGEST]))
        if start < 0:
            return
        if html.startswith("<!--", start):
            at = _behind(html, "-->", start + 4)
            continue
        opened = _NAME.match(html, start)
        if opened is None:
            at = start + 1
            continue
        rest = _REST.match(html, opened.end())
        if rest is None:  # it never ends
            return
        at, name = rest.end(), opened[1].lower()
        closes = html[start + 1] == "/"
        if name in _ENDS and not closes:
            end = _ENDS[name].search(html, at)
            at = end.start() if end else len(html)
        if name in _LEFT_OUT:
            depth = max(0, depth + (-1 if closes else 1))
        elif name in _BLOCKS and not depth:
            yield "\n"


def _behind(html: str, end: str, start: int) -> int:
    found = html.find(end, start)
    return found + len(end) if found >= 0 else len(html)
