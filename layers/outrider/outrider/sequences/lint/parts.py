"""Texts of a sequence, prepared for the rules."""

import re
from collections.abc import Iterator
from collections.abc import Sequence as Many
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Literal

from outrider.kit.text import markup, spintax
from outrider.sequences.models import Step, Variant

_LIQUID = re.compile(r"\{[{%]")
_LONGEST_TAG = 2_000
_URL = re.compile(r"""https?://[^\s<>"')\]]{1,2000}""", re.IGNORECASE)
_ACTIVE = frozenset({"embed", "form", "iframe", "object", "script", "video"})
_NOT_SHOWN = frozenset({"head", "title"})


@dataclass(frozen=True, slots=True)
class TextLink:
    """A link. `words` is the visible text in HTML, and empty in plain text, where the URL is
    visible."""

    target: str
    words: str


@dataclass(frozen=True)
class TextPart:
    """Subject, text or HTML of one variant of a step."""

    step: Step
    where: str
    name: Literal["subject", "text", "html"]
    source: str

    @cached_property
    def whole(self) -> str:
        """The text with all options of its spintax, one after the other."""
        return spintax.fold(self.source, lambda _, options: " ".join(options))

    @cached_property
    def longest(self) -> str:
        return spintax.fold(self.source, lambda _, options: max(options, key=len))

    @cached_property
    def words(self) -> str:
        """The visible text, without the output of template variables."""
        html = self.name == "html"
        return _without_liquid(_text(self.whole) if html else self.whole)

    @cached_property
    def links(self) -> list[TextLink]:
        if self.name == "html":
            return list(_links(self.whole))
        return [TextLink(url, "") for url in _URL.findall(self.whole)]

    @cached_property
    def images(self) -> int:
        return sum(
            piece.name == "img" and piece.kind == "open" for piece in markup.pieces(self.whole)
        )

    @cached_property
    def active_elements(self) -> list[str]:
        names = {piece.name for piece in markup.pieces(self.whole) if piece.kind == "open"}
        return sorted(names & _ACTIVE)


def shown_length(source: str) -> int:
    """Return the approximate length of a rendered template that has no spintax, in characters."""
    return len(_instead_of_liquid(source, "_" * 8, ""))


def parts(steps: Many[Step]) -> Iterator[TextPart]:
    """Yield the texts of the steps, in order."""
    for place, step in enumerate(steps):
        for number, variant in enumerate(step.variants):
            yield from _of_variant(step, variant, where(place, step, number))


def where(place: int, step: Step, variant: int) -> str:
    """Return the JSON Pointer of a variant's content."""
    return f"/steps/{place}" + (f"/variants/{variant}" if len(step.variants) > 1 else "")


def _of_variant(step: Step, variant: Variant, pointer: str) -> Iterator[TextPart]:
    if variant.subject:
        yield TextPart(step, f"{pointer}/subject", "subject", variant.subject)
    if variant.text:
        yield TextPart(step, f"{pointer}/text", "text", variant.text)
    if variant.html:
        yield TextPart(step, f"{pointer}/html", "html", variant.html)


def _text(html: str) -> str:
    texts: list[str] = []
    hidden = 0
    for piece in markup.pieces(html):
        if piece.kind != "text":
            hidden += (piece.name in _NOT_SHOWN) * (1 if piece.kind == "open" else -1)
            texts.append(" ")
        elif hidden <= 0:
            texts.append(html[piece.start : piece.end])
    return _unescaped("".join(texts))


def _links(html: str) -> Iterator[TextLink]:
    target, texts = "", [""]
    for piece in markup.pieces(html):
        if piece.kind == "text":
            texts.append(html[piece.start : piece.end])
        elif piece.name == "a":
            if target:
                yield TextLink(target, _words(texts))
            target = markup.attribute(html, piece, "href") if piece.kind == "open" else ""
            texts = []
    if target:
        yield TextLink(target, _words(texts))


def _words(texts: Many[str]) -> str:
    return " ".join(_unescaped("".join(texts)).split())


def _without_liquid(text: str) -> str:
    return " ".join(_instead_of_liquid(text, " ", " ").split())


def _instead_of_liquid(text: str, output: str, tag: str) -> str:
    """Return the text with `{{ … }}` replaced by `output` and `{% … %}` by `tag`. A tag that is not
    closed is treated as text."""
    texts, at = [], 0
    while opened := _LIQUID.search(text, at):
        start, inside = opened.span()
        closing = "}}" if opened[0] == "{{" else "%}"
        end = text.find(closing, inside, inside + _LONGEST_TAG + 2)
        if end < 0:
            texts.append(text[at : start + 1])
            at = start + 1
            continue
        texts += [text[at:start], output if closing == "}}" else tag]
        at = end + 2
    return "".join([*texts, text[at:]])


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a number of thousands of digits
        return text
