"""Work limit of template rendering: each tag, lookup, comparison and filter is counted by the size
of its data, so a rendering stops at the same place on every machine.

A unit takes at most 0.3 µs of CPU time on the machine of docs/limits.md; `bench/hostile.py`
measures this for every filter and tag. A limit on CPU time covers work that is undercounted.
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
"""Maximum units of one rendering. An email with 50 variables takes about 500."""
MOST_SECONDS = 1.0
"""Maximum CPU seconds of one rendering."""
LONGEST = 500_000
"""Maximum characters of the output, and of the result of a filter."""
MOST_ITERATIONS = 1_000
_MOST_BITS = 1_024
"""Maximum bits of an integer returned by a filter."""

_CHARACTERS = 8
"""Characters of data per unit."""
_BASE_UNITS = 4
"""Units of a tag, condition or filter, in addition to its data."""
_TAG_CHARACTERS = 4
"""Characters of a tag's source per unit, which accounts for the comparisons in it."""
_CLOCK_INTERVAL = 4_096
"""Units between two checks of the CPU time."""
_COST_FACTORS = {
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
"""Cost factors of filters that take longer than others for the same input."""
_SEARCHES = frozenset(
    {"remove", "remove_first", "remove_last", "replace", "replace_first", "replace_last", "split"}
)
_LONGEST_NAIVE = 100
"""Maximum length of a search text for which CPython compares character by character; for longer
ones it uses a faster algorithm."""


class TooMuchWork(ResourceLimitError):
    """The rendering exceeded its limit of work or CPU time."""


class MeteredContext(RenderContext):
    """Render context that counts `work`, and raises TooMuchWork above MOST_WORK or MOST_SECONDS."""

    __slots__ = ("_checks_clock_at", "_ends_at", "work")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.work = 0
        self._checks_clock_at = _CLOCK_INTERVAL
        self._ends_at = time.thread_time() + MOST_SECONDS

    def spend(self, units: int, token: Token | None) -> None:
        """Count work that is about to be done. `token` is its position in the source. Raises
        TooMuchWork."""
        self.work = work = self.work + units
        if work > self._checks_clock_at:
            if work > MOST_WORK or time.thread_time() > self._ends_at:
                raise _stopped(token)
            self._checks_clock_at = work + _CLOCK_INTERVAL

    def get(
        self, path: list[object], *, token: Token | None, default: object = UNDEFINED
    ) -> object:
        """Look up a variable; counted by the size of its value, because the user of a value may
        read all of it."""
        found = super().get(path, token=token, default=default)
        self.spend(_size(found), token)
        return found

    def assign(self, key: str, val: Any) -> None:
        """Assign a variable; counted by the number of variables, because the library sums up all
        their sizes."""
        self.spend(len(self.locals) + 1, None)
        super().assign(key, val)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.spend(length, None)
        super().raise_for_loop_limit(length)

    def filter(self, name: str, token: Token | None) -> Callable[..., Any]:
        call: Callable[..., Any] = super().filter(name, token)

        def metered(left: Any, *args: Any, **kwargs: Any) -> Any:
            self.spend(_BASE_UNITS + _filter_units(name, left, args), token)
            result = call(left, *args, **kwargs)
            self.spend(_size(result), token)
            if issubclass(type(result), str) and len(result) > LONGEST:
                raise FilterError(f"{name}: too much text", token=token)
            if type(result) is int and result.bit_length() > _MOST_BITS:
                raise FilterError(f"{name}: the number is too large", token=token)
            return result

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
    """Return the size of a value in units. Uses `type(value)`, because an undefined value raises an
    error on any other access."""
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


def _filter_units(name: str, left: Any, args: tuple[Any, ...]) -> int:
    """Return the units of a filter call, counted before it runs. Its arguments were also counted at
    lookup."""
    size = max(_size(left), _elements(left))
    work = size * _COST_FACTORS.get(name, 1)
    if name == "uniq":  # compares each element with all previous ones
        work += _elements(left) * size // 4
    elif name in _SEARCHES and args:
        work += size * min(len(str(args[0])), _LONGEST_NAIVE) // 4
    elif name == "join" and args:
        work += _elements(left) * _size(str(args[0]))
    if name == "replace" and len(args) > 1:
        text, seek, new = (str(each) for each in (left, *args[:2]))
        work += text.count(seek) * _size(new)
    return work


def _tag_units(token: Token) -> int:
    """Return the length of the tag from this token to its end, in units."""
    if token.start_index < 0:
        return 0
    end = token.source.find("}", token.start_index)
    return max(end - token.start_index, 0) // _TAG_CHARACTERS


def _render(self: Node, context: MeteredContext, buffer: Any) -> int:
    text = len(self.text) // 64 if isinstance(self, ContentNode) else _tag_units(self.token)
    context.spend(_BASE_UNITS + text, self.token)
    return _any_render(self, context, buffer)


class MeteredCondition(BooleanExpression):
    """A condition whose evaluation is counted."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> bool:
        assert isinstance(context, MeteredContext)
        context.spend(_BASE_UNITS + _tag_units(self.token), self.token)
        return super().evaluate(context)


class ShortRange(RangeLiteral):
    """A range of at most MOST_ITERATIONS elements: creating one is free, but searching it, or its
    end, takes time in proportion to its length."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> range:
        result = super().evaluate(context)
        if len(result) > MOST_ITERATIONS:
            raise FilterError(f"{self}: the range is too long", token=self.token)
        return result


# Monkey patch: the library has no hook that is called for all nodes.
_any_render, Node.render = Node.render, _render  # type: ignore[assignment,method-assign]
