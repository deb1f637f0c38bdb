"""Spintax: text with alternatives, such as `{Hi|Hello {there|friend}}`.

Braces without a `|` are not spintax and stay unchanged, as in a style sheet. A backslash escapes
`{`, `|` and `}`; before any other character, and before Liquid, it is an ordinary character.

Liquid's `{{ … }}` and `{% … %}` stay unchanged, so the result is a Liquid template like the source.
An option may contain complete Liquid blocks only. A `|` inside a block separates no options of the
braces around the block. Braces that overlap the start or end of a block stay unchanged.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_MARK = re.compile(r"(?<!\\)\\++(?=[{|}])|\{\{|\{%|[{|}]")
_TAG = re.compile(r"\{%-?\s*(\w+)")
_OPAQUE = frozenset({"raw", "comment", "doc"})
_BLOCKS = frozenset({"if", "unless", "for", "case", "tablerow", "capture", "ifchanged"})
_BRANCHES = frozenset({"else", "elsif", "when"})
_LITERAL_BRACE = '{{ "{" }}'
"""Liquid code that writes a brace, which cannot be read as the start of a Liquid tag."""
_MAX_DEPTH = 50

Choose = Callable[[int, Sequence[str]], str]
"""Function that returns the text for the n-th group, from its options."""


def spin(source: str, seed: str) -> str:
    """Return the source with one option of each group, chosen pseudo-randomly: the same seed
    returns the same result."""

    def choose(group: int, options: Sequence[str]) -> str:
        digest = hashlib.sha256(f"{seed}\x1f{group}".encode()).digest()
        return options[int.from_bytes(digest[:8], "big") % len(options)]

    return fold(source, choose)


def fold(source: str, choose: Choose) -> str:
    """Return the source with each group replaced by the result of `choose`, inner groups first."""
    return _Reader(source, choose).read()


def unbalanced(source: str) -> list[str]:
    """Return excerpts at the start of groups that have options but no closing brace, or are nested
    too deeply."""
    reader = _Reader(source, lambda _, options: options[0])
    reader.read()
    return reader.unbalanced


@dataclass(slots=True)
class _Frame:
    """An open element: a group of options, a Liquid block (named by its tag), or the whole text."""

    start: int = 0
    block: str = ""
    brace: str = ""
    options: list[list[str]] = field(default_factory=lambda: [[]])

    def texts(self) -> list[str]:
        return ["".join(pieces) for pieces in self.options]


class _Reader:
    """Parser of spintax, which writes the result while it reads."""

    def __init__(self, source: str, choose: Choose) -> None:
        self.unbalanced: list[str] = []
        self._source = source
        self._choose = choose
        self._frames = [_Frame()]
        self._blocks = Counter[str]()
        self._groups = 0

    def read(self) -> str:
        source, at = self._source, 0
        while found := _MARK.search(source, at):
            self._put(source[at : found.start()])
            start, at, mark = found.start(), found.end(), found[0]
            if mark[0] == "\\":
                at = self._escape(mark, at)
            elif mark in ("{{", "{%"):
                at = self._liquid(mark, start)
            elif mark == "{":
                self._open(start)
            elif mark == "|" and self._frames[-1].brace:
                self._frames[-1].options.append([])
            elif mark == "}" and self._frames[-1].brace:
                self._close()
            else:
                self._put(mark)
        self._put(source[at:])
        while len(self._frames) > 1:
            self._restore_as_text()
        return self._frames[0].texts()[0]

    def _put(self, text: str) -> None:
        self._frames[-1].options[-1].append(text)

    def _escape(self, backslashes: str, at: int) -> int:
        if self._source.startswith(("{{", "{%"), at):
            self._put(backslashes)
            return at
        self._put("\\" * (len(backslashes) // 2))
        if len(backslashes) % 2 == 0:
            return at
        mark = self._source[at]
        self._put(_LITERAL_BRACE if mark == "{" else mark)
        return at + 1

    def _open(self, start: int) -> None:
        brace = _LITERAL_BRACE if self._source.startswith("\\", start + 1) else "{"
        if len(self._frames) < _MAX_DEPTH:
            self._frames.append(_Frame(start, brace=brace))
        else:
            self._put(brace)
            self.unbalanced.append(self._excerpt(start))

    def _close(self) -> None:
        frame = self._frames.pop()
        options = frame.texts()
        if len(options) == 1:
            self._put(f"{frame.brace}{options[0]}}}")
            return
        self._put(self._choose(self._groups, options))
        self._groups += 1

    def _restore_as_text(self) -> None:
        """Restore the innermost open element as literal text."""
        frame = self._frames.pop()
        self._blocks[frame.block] -= 1
        if len(frame.options) > 1:
            self.unbalanced.append(self._excerpt(frame.start))
        self._put(frame.brace + "|".join(frame.texts()))

    def _excerpt(self, start: int) -> str:
        return self._source[start : start + 30]

    def _liquid(self, mark: str, start: int) -> int:
        """Copy a Liquid tag, or all the rest if it is not terminated, and return the index after
        it."""
        tag = _TAG.match(self._source, start) if mark == "{%" else None
        name = tag[1] if tag else ""
        end = self._end("}}" if mark == "{{" else "%}", start + 2)
        if name in _OPAQUE:
            closing = re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}").search(self._source, end)
            end = closing.end() if closing else len(self._source)
        elif name in _BRANCHES:
            self._leave_groups()
        elif self._blocks[name.removeprefix("end")] > 0 and name.startswith("end"):
            self._leave_block(name.removeprefix("end"))
        self._put(self._source[start:end])
        if name in _BLOCKS:
            self._frames.append(_Frame(start, block=name))
            self._blocks[name] += 1
        return end

    def _end(self, closing: str, start: int) -> int:
        found = self._source.find(closing, start)
        return found + len(closing) if found >= 0 else len(self._source)

    def _leave_block(self, name: str) -> None:
        while self._frames[-1].block != name:
            self._restore_as_text()
        self._restore_as_text()

    def _leave_groups(self) -> None:
        """Restore as literal text the groups opened in the branch that ends here."""
        while self._blocks.total() > 0 and self._frames[-1].brace:
            self._restore_as_text()
