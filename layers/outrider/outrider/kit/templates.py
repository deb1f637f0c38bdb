"""Liquid templates for text that is sent out: no files, no unbounded work, no silent gaps.

A variable without a value fails the rendering unless the template gives a `default`. Source of the
language: https://shopify.github.io/liquid/
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, Literal

from liquid import BoundTemplate, Environment, StrictDefaultUndefined
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import FilterError, LiquidError

Kind = Literal["text", "html"]

_OPENING = re.compile(r"\{%-?\s{0,50}(?P<opaque>raw|doc)\s{0,50}-?%\}|\{\{|\{%")
_MAX_TAG = 2_000
_MANY_SPACES = re.compile(r"\s{51}")
_MOST_ITERATIONS = 1_000
_LONGEST = 500_000
"""Characters of what is written, and of what a filter gives."""


class TemplateInvalid(ValueError):
    """The template cannot be read, or cannot be filled with these values."""


class _Bounded(Environment):
    loop_iteration_limit = _MOST_ITERATIONS
    local_namespace_limit = 100_000
    output_stream_limit = _LONGEST

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """What filters make is bounded here: the library looks only at what is kept or written, and
        one word of a template can ask for more memory than there is."""
        super().setup_tags_and_filters(extra=extra)
        self.filters = {name: _bounded(name, each) for name, each in self.filters.items()}


def _short_range(self: RangeLiteral, start: Any, stop: Any) -> range:
    made = _any_range(self, start, stop)
    if len(made) > _MOST_ITERATIONS:
        raise FilterError(f"{self}: the range is too long", token=self.token)
    return made


# A range costs nothing, but looking for something in one, or for its end, takes as long as it is.
_any_range = RangeLiteral._make_range
RangeLiteral._make_range = _short_range  # type: ignore[method-assign]


def _bounded(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(filter_)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        if _least_length(name, args) > _LONGEST:
            raise FilterError(f"{name}: too much text", token=None)
        made = filter_(*args, **kwargs)
        if isinstance(made, str) and len(made) > _LONGEST:
            raise FilterError(f"{name}: too much text", token=None)
        return made

    return bounded


def _least_length(name: str, args: tuple[Any, ...]) -> int:
    """How long the text at least is that these filters would make: others grow it by little."""
    if name == "replace" and len(args) > 1:
        text, seek, *new = (str(each) for each in args[:3])
        return text.count(seek) * len("".join(new))
    if name == "join" and len(args) > 1 and isinstance(args[0], (list, tuple, range)):
        return len(args[0]) * len(str(args[1]))
    return 0


def check(source: str) -> str:
    """`source` itself. Raises TemplateInvalid when it is no template."""
    parse(source)
    return source


def parse(source: str, kind: Kind = "text") -> BoundTemplate:
    """Raises TemplateInvalid when it is no template."""
    _require_readable(source)
    try:
        return _environment(kind).from_string(source)
    except (LiquidError, ArithmeticError, ValueError, RecursionError) as error:
        raise TemplateInvalid(_first_line(error)) from error


def render(source: str, values: Mapping[str, Any], kind: Kind) -> str:
    """Fill the template; values are escaped in `html`. Raises TemplateInvalid."""
    template = parse(source, kind)
    try:
        return str(template.render(**values))
    except (LiquidError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise TemplateInvalid(_first_line(error)) from error


def _require_readable(source: str) -> None:
    """What the library's lexer would take very long to refuse: its time grows with the square of
    what has no end, and of spaces within tags."""
    at = 0
    while opening := _OPENING.search(source, at):
        start, at = opening.span()
        if opaque := opening["opaque"]:
            closing = re.compile(rf"\{{%-?\s{{0,50}}end{opaque}\s{{0,50}}-?%\}}").search(source, at)
            if closing is None:
                raise TemplateInvalid(f"{{% {opaque} %}} has no {{% end{opaque} %}}")
            at = closing.end()
            continue
        end = source.find("}}" if opening[0] == "{{" else "%}", at)
        inside = source[start : max(end, 0)]
        if end < 0:
            raise TemplateInvalid(f"{source[start : start + 20]!r} has no end")
        if len(inside) > _MAX_TAG or _MANY_SPACES.search(inside):
            raise TemplateInvalid(f"{source[start : start + 20]!r} is too long")
        at = end + 2


@cache
def _environment(kind: Kind) -> Environment:
    return _Bounded(undefined=StrictDefaultUndefined, autoescape=kind == "html")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip()
