"""What a template may do before it is stopped: each tag, look-up, comparison and filter is counted
by the size of what it handles, so that a rendering ends at the same place on every machine.

A unit is what takes 0.3 µs of CPU at most on the machine of docs/limits.md: `bench/hostile.py`
measures that for every filter and tag. What is not counted rightly all the same ends at a deadline
of CPU time.
"""

import time
from collections.abc import Callable
from typing import Any

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import BooleanExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import FilterError, ResourceLimitError
from liquid.token import Token
from liquid.undefined import UNDEFINED

MOST_WORK = 500_000
"""Units of one rendering. A mail of 50 variables takes about 500."""
MOST_SECONDS = 1.0
"""Of CPU, for one rendering."""
LONGEST = 500_000
"""Characters of what is written, and of what a filter gives."""
MOST_ITERATIONS = 1_000
_MOST_BITS = 1_024
"""Bits of a whole number that a filter gives."""

_CHARACTERS = 8
"""That are one unit."""
_STEP = 4
"""Units of a tag, a condition or a filter besides what it handles."""
_LETTERS = 4
"""Characters of a tag that are one unit: comparisons are written in them."""
_LOOK_AT_CLOCK = 4_096
"""Units between two looks."""
_TIMES = {
    "base64_decode": 2,
    "base64_url_safe_decode": 2,
    "date": 64,
    "escape_once": 16,
    "escapejs": 8,
    "find": 8,
    "find_index": 8,
    "has": 8,
    "map": 8,
    "newline_to_br": 8,
    "reject": 8,
    "sort": 4,
    "sort_natural": 8,
    "squish": 4,
    "strip_html": 16,
    "strip_newlines": 4,
    "sum": 8,
    "truncatewords": 4,
    "url_decode": 8,
    "url_encode": 4,
    "where": 8,
}
"""How many times dearer than others these filters are for what they are given."""
_SEARCHES = frozenset(
    {"remove", "remove_first", "remove_last", "replace", "replace_first", "replace_last", "split"}
)
_LONGEST_NAIVE = 100
"""Characters of a text that CPython may look for in steps of one: longer ones it knows better."""


class TooMuchWork(ResourceLimitError):
    """The rendering was stopped."""


class MeteredContext(RenderContext):
    """Counts `work`, and raises TooMuchWork when it is more than MOST_WORK, or takes too long."""

    __slots__ = ("_ends_at", "_looks_at", "work")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.work = 0
        self._looks_at = _LOOK_AT_CLOCK
        self._ends_at = time.thread_time() + MOST_SECONDS

    def spend(self, units: int, token: Token | None) -> None:
        """Count what is about to be done. `token` says where."""
        self.work = work = self.work + units
        if work > self._looks_at:
            if work > MOST_WORK or time.thread_time() > self._ends_at:
                raise _stopped(token)
            self._looks_at = work + _LOOK_AT_CLOCK

    def get(
        self, path: list[object], *, token: Token | None, default: object = UNDEFINED
    ) -> object:
        """Whoever looks a value up may go through all of it."""
        found = super().get(path, token=token, default=default)
        self.spend(_size(found), token)
        return found

    def assign(self, key: str, val: Any) -> None:
        """The library adds up all that is kept."""
        self.spend(len(self.locals) + 1, None)
        super().assign(key, val)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.spend(length, None)
        super().raise_for_loop_limit(length)

    def filter(self, name: str, token: Token | None) -> Callable[..., Any]:
        call: Callable[..., Any] = super().filter(name, token)

        def metered(left: Any, *args: Any, **kwargs: Any) -> Any:
            self.spend(_STEP + _work_of(name, left, args), token)
            made = call(left, *args, **kwargs)
            self.spend(_size(made), token)
            if issubclass(type(made), str) and len(made) > LONGEST:
                raise FilterError(f"{name}: too much text", token=token)
            if type(made) is int and made.bit_length() > _MOST_BITS:
                raise FilterError(f"{name}: the number is too large", token=token)
            return made

        return metered


def _stopped(token: Token | None) -> TooMuchWork:
    if token is None or token.start_index < 0:
        return TooMuchWork("The template does too much work", token=None)
    line = token.source.count("\n", 0, token.start_index) + 1
    shown = token.source[token.start_index : token.start_index + 30]
    shown = shown.partition("\n")[0].partition("%}")[0].strip()
    return TooMuchWork(
        f"The template does too much work: it was stopped in line {line}, at {shown!r}. "
        "Do less in loops and with long values",
        token=None,
    )


def _size(value: Any) -> int:
    """In units. What is undefined can be asked for its type only."""
    kind = type(value)
    if issubclass(kind, str):
        return 1 + len(value) // _CHARACTERS
    if issubclass(kind, (list, tuple)):
        return 1 + sum(map(_size, value))
    if issubclass(kind, dict):
        return 1 + sum(map(_size, value)) + sum(map(_size, value.values()))
    return 1


def _elements(value: Any) -> int:
    return len(value) if issubclass(type(value), (list, tuple, range)) else 1


def _work_of(name: str, left: Any, args: tuple[Any, ...]) -> int:
    """Of a filter, in units, before it begins. Other arguments were counted when looked up."""
    size = max(_size(left), _elements(left))
    work = size * _TIMES.get(name, 1)
    if name == "uniq":  # each is compared with all before it
        work += _elements(left) * size // 4
    elif name in _SEARCHES and args:
        work += size * min(len(str(args[0])), _LONGEST_NAIVE) // 4
    elif name == "join" and args:
        work += _elements(left) * _size(str(args[0]))
    if name == "replace" and len(args) > 1:
        text, seek, new = (str(each) for each in (left, *args[:2]))
        work += text.count(seek) * _size(new)
    return work


def _written(token: Token) -> int:
    """How long the tag is, from this token to its end, in units."""
    if token.start_index < 0:
        return 0
    end = token.source.find("}", token.start_index)
    return max(end - token.start_index, 0) // _LETTERS


def _render(self: Node, context: MeteredContext, buffer: Any) -> int:
    text = len(self.text) // 64 if isinstance(self, ContentNode) else _written(self.token)
    context.spend(_STEP + text, self.token)
    return _any_render(self, context, buffer)


class MeteredCondition(BooleanExpression):
    """A condition that is counted."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> bool:
        assert isinstance(context, MeteredContext)
        context.spend(_STEP + _written(self.token), self.token)
        return super().evaluate(context)


class ShortRange(RangeLiteral):
    """A range of MOST_ITERATIONS at most: it costs nothing, but looking for something in it, or for
    its end, takes as long as it is."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> range:
        made = super().evaluate(context)
        if len(made) > MOST_ITERATIONS:
            raise FilterError(f"{self}: the range is too long", token=self.token)
        return made


# The library has no place of its own where all nodes pass by.
_any_render, Node.render = Node.render, _render  # type: ignore[assignment,method-assign]
