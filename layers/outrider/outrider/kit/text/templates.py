"""Liquid templates for text that is sent out: no files, no unbounded work, no silent gaps.

A variable without a value fails the rendering where it is to be written, unless the template gives
a `default`; conditions may ask for it (`missing_values`). Source of the language: https://shopify.github.io/liquid/
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Literal

from liquid import BoundTemplate, Environment, Markup, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import BooleanExpression
from liquid.builtin.expressions.logical import EqExpression, NeExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags.case_tag import MultiExpressionBlockNode
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.expression import Expression
from liquid.filter import string_filter

from outrider.kit.text import markup
from outrider.kit.text.missing_values import Equal, MissingValue, NotEqual, OneOf
from outrider.kit.text.quotes import quoted
from outrider.kit.text.template_work import (
    LONGEST,
    MOST_ITERATIONS,
    MOST_WORK,
    MeteredCondition,
    MeteredContext,
    ShortRange,
    TooMuchWork,
)

Kind = Literal["text", "html"]

_OPENING = re.compile(r"\{%-?\s{0,50}(?P<opaque>raw|doc)\s{0,50}-?%\}|\{\{|\{%")
_MAX_TAG = 2_000
_NAME_WITH_BLANKS = re.compile(
    r"(\w{1,100})\.(\w{1,100}(?:\x20\w{1,100}){1,10})\s{0,50}(?:\||-?\}\}|-?%\}|[=!<>])"
)
_MANY_SPACES = re.compile(r"\s{51}")
_NOT_SAID = frozenset({"script", "style"})
_OURS: Mapping[type[Expression], type[Expression]] = {
    BooleanExpression: MeteredCondition,
    EqExpression: Equal,
    NeExpression: NotEqual,
    RangeLiteral: ShortRange,
}
_FAILURES = (LiquidError, ArithmeticError, ValueError, TypeError, RecursionError)


class TemplateInvalid(ValueError):
    """The template cannot be read, or cannot be filled with these values."""


class _Bounded(Environment):
    loop_iteration_limit = MOST_ITERATIONS
    local_namespace_limit = 100_000
    output_stream_limit = LONGEST


def check(source: str) -> str:
    """`source` itself. Raises TemplateInvalid when it is no template."""
    parse(source)
    return source


@lru_cache(maxsize=16)
def parse(source: str, kind: Kind = "text") -> BoundTemplate:
    """Raises TemplateInvalid when it is no template. Those that were read last are kept: a worker
    fills the same ones for one contact after the other."""
    _require_readable(source)
    try:
        return _adapted(_environment(kind).from_string(source))
    except LiquidError as error:
        raise TemplateInvalid(_first_line(error) + _remedy(error, source)) from error
    except (ArithmeticError, ValueError, RecursionError) as error:
        raise TemplateInvalid(_first_line(error)) from error


def render(source: str, values: Mapping[str, Any], kind: Kind) -> str:
    """Fill the template; values are escaped in `html`. Raises TemplateInvalid, also where that
    would take more than MOST_WORK."""
    template = parse(source, kind)
    try:
        return _filled(template, _context(template, values))
    except _FAILURES as error:
        raise TemplateInvalid(_first_line(error)) from error


def work(source: str, values: Mapping[str, Any], kind: Kind) -> int:
    """What filling the template takes, in units of `template_work`, up to where it fails or ends;
    more than MOST_WORK where `render` would stop it. Raises TemplateInvalid when it is no template.
    """
    template = parse(source, kind)
    context = _context(template, values)
    try:
        _filled(template, context)
    except TooMuchWork:
        return MOST_WORK + 1
    except _FAILURES:
        pass
    return context.work


def _context(template: BoundTemplate, values: Mapping[str, Any]) -> MeteredContext:
    return MeteredContext(template, globals=template.make_globals(values))


def _filled(template: BoundTemplate, context: MeteredContext) -> str:
    written = context.get_buffer()
    template.render_with_context(context, written)
    return written.getvalue()


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
            missing = "}}" if opening[0] == "{{" else "%}"
            raise TemplateInvalid(f"{quoted(source[start : start + 20])} has no closing {missing}")
        if len(inside) > _MAX_TAG or _MANY_SPACES.search(inside):
            raise TemplateInvalid(f"{quoted(source[start : start + 20])} is too long")
        at = end + 2


def _adapted(template: BoundTemplate) -> BoundTemplate:
    """Give the expressions of a parsed template the classes of ours: no environment can have the
    parser make them."""
    context = RenderContext(template)
    nodes: list[Node] = list(template.nodes)
    expressions: list[Expression] = []
    while nodes:
        node = nodes.pop()
        nodes += node.children(context, include_partials=False)
        if isinstance(node, MultiExpressionBlockNode):
            node.expression = OneOf.like(node.expression)  # type: ignore[assignment]
        expressions += node.expressions()
    while expressions:
        expression = expressions.pop()
        expressions += expression.children()
        if ours := _OURS.get(type(expression)):
            expression.__class__ = ours
    return template


@cache
def _environment(kind: Kind) -> Environment:
    environment = _Bounded(undefined=MissingValue, autoescape=kind == "html")
    environment.add_filter("strip_html", _strip_html)
    return environment


@string_filter
def _strip_html(html: str) -> str:
    """Without tags, comments, scripts and styles. The library's own takes seconds for a text of
    many tags that never end."""
    said = "".join(
        html[piece.start : piece.end]
        for piece in markup.pieces(html)
        if piece.kind == "text" or (piece.kind == "raw" and piece.name not in _NOT_SAID)
    )
    return Markup(said) if isinstance(html, Markup) else said


def _remedy(error: LiquidError, source: str) -> str:
    if isinstance(error, LiquidSyntaxError) and (found := _NAME_WITH_BLANKS.search(source)):
        return f". A name with blanks is written {found[1]}['{found[2]}']"
    return ""


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip()
