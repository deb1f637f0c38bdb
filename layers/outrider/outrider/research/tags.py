"""The few elements of a page that say something, in one pass, in time linear in its length.

A parser that builds the tree of a page does not: `html.parser` of Python 3.11 takes 86 seconds for
256 KB of `<!--`, lexbor (selectolax) 36 for 512 KB of `<div>` and 14 for one tag of 60,000
attributes. The rules are those of the HTML standard's tokenizer (13.2.5), as far as these elements
need them: comments, quoted attributes, and the elements whose content is text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

NAMES = frozenset({"a", "html", "link", "meta", "script", "title"})
MAX_TAGS = 20_000
_TEXT_ONLY = frozenset({"noembed", "noframes", "script", "style", "textarea", "title", "xmp"})
_LONGEST = 4_000
"""Characters of one attribute or title: more say nothing, and `unescape` fails on numbers of that
many digits."""

_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_REST = re.compile(r"""(?>(?:[^"'>]++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]{1,100})(?:\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?"""
)
_MAX_ATTRIBUTES = 8_000
"""Characters of all attributes of a tag."""
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _TEXT_ONLY}


@dataclass(frozen=True, slots=True)
class Element:
    """`text` is the content of a script or title. Names are lower-case, the first value counts."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


def elements(html: str) -> Iterator[Element]:
    """Those of the names above, in order, of the first MAX_TAGS tags."""
    at = 0
    for _ in range(MAX_TAGS):
        start = html.find("<", at)
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
        at = rest.end()
        if html[start + 1] == "/":
            continue
        name = opened[1].lower()
        text = ""
        if name in _TEXT_ONLY:
            end = _ENDS[name].search(html, at)
            text, at = html[at : end.start() if end else None], end.end() if end else len(html)
        if name in NAMES:
            yield Element(name, _attributes(rest[0][:-1]), text)


def plain(text: str) -> str:
    """Text of a page without references and with its white space in order."""
    return " ".join(unescape(text[:_LONGEST]).split())


def _attributes(text: str) -> Mapping[str, str]:
    attributes: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(text[:_MAX_ATTRIBUTES]):
        name, *values = found.groups()
        value = next((each for each in values if each is not None), "")
        attributes.setdefault(name.lower(), plain(value))
    return attributes


def _behind(html: str, end: str, start: int) -> int:
    found = html.find(end, start)
    return found + len(end) if found >= 0 else len(html)
