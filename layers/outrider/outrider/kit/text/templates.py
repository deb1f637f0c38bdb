"""Liquid templates for email and text messages: no file access, bounded work, errors for missing
values.

Rendering fails if a variable without a value is to be written, unless the template has a `default`
for it; conditions may test it (`missing_values`). Source of the language:
https://shopify.github.io/liquid/
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
_INVISIBLE = frozenset({"script", "style"})
_REPLACEMENTS: Mapping[type[Expression], type[Expression]] = {
    BooleanExpression: MeteredCondition,
    EqExpression: Equal,
    NeExpression: NotEqual,
    RangeLiteral: ShortRange,
}
_FAILURES = (LiquidError, ArithmeticError, ValueError, TypeError, RecursionError)


class TemplateInvalid(ValueError):
    """The template cannot be parsed, or not be rendered with these values."""


class _Bounded(Environment):
    """Liquid environment with limits on loops, variables and output."""

    loop_iteration_limit = MOST_ITERATIONS
    local_namespace_limit = 100_000
    output_stream_limit = LONGEST


def check(source: str) -> str:
    """Return `source` unchanged. Raises TemplateInvalid if it cannot be parsed."""
    parse(source)
    return source


@lru_cache(maxsize=16)
def parse(source: str, kind: Kind = "text") -> BoundTemplate:
    """Parse a template. Raises TemplateInvalid.

    Recently parsed templates are cached, because a worker renders the same ones for many contacts.
    """
    _require_fast_lexing(source)
    try:
        return _adapted(_environment(kind).from_string(source))
    except LiquidError as error:
        raise TemplateInvalid(_first_line(error) + _remedy(error, source)) from error
    except (ArithmeticError, ValueError, RecursionError) as error:
        raise TemplateInvalid(_first_line(error)) from error


def render(source: str, values: Mapping[str, Any], kind: Kind) -> str:
    """Render the template; values are HTML-escaped if `kind` is `html`. Raises TemplateInvalid,
    also if more than MOST_WORK is needed."""
    template = parse(source, kind)
    try:
        return _rendered(template, _context(template, values))
    except _FAILURES as error:
        raise TemplateInvalid(_first_line(error)) from error


def work(source: str, values: Mapping[str, Any], kind: Kind) -> int:
    """Return the work of a rendering in units of `template_work`, until its end or failure;
    MOST_WORK + 1 if `render` would stop it. Raises TemplateInvalid if the template cannot be
    parsed."""
    template = parse(source, kind)
    context = _context(template, values)
    try:
        _rendered(template, context)
    except TooMuchWork:
        return MOST_WORK + 1
    except _FAILURES:
        pass
    return context.work


def _context(template: BoundTemplate, values: Mapping[str, Any]) -> MeteredContext:
    return MeteredContext(template, globals=template.make_globals(values))


def _rendered(template: BoundTemplate, context: MeteredContext) -> str:
    buffer = context.get_buffer()
    template.render_with_context(context, buffer)
    return buffer.getvalue()


def _require_fast_lexing(source: str) -> None:
    """Raise TemplateInvalid for input that the library's lexer would take too long to reject: its
    time is quadratic in the length of unterminated tags and of spaces inside tags."""
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
    """Replace the classes of the template's expressions by ours: the library's environment has no
    setting that makes its parser use them."""
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
        if ours := _REPLACEMENTS.get(type(expression)):
            expression.__class__ = ours
    return template


@cache
def _environment(kind: Kind) -> Environment:
    environment = _Bounded(undefined=MissingValue, autoescape=kind == "html")
    environment.add_filter("strip_html", _strip_html)
    return environment


@string_filter
def _strip_html(html: str) -> str:
    """Return the text without tags, comments, scripts and styles. Replaces the library's filter,
    which takes seconds for many unterminated tags."""
    visible = "".join(
        html[piece.start : piece.end]
        for piece in markup.pieces(html)
        if piece.kind == "text" or (piece.kind == "raw" and piece.name not in _INVISIBLE)
    )
    return Markup(visible) if isinstance(html, Markup) else visible


def _remedy(error: LiquidError, source: str) -> str:
    if isinstance(error, LiquidSyntaxError) and (found := _NAME_WITH_BLANKS.search(source)):
        return f". A name with blanks is written {found[1]}['{found[2]}']"
    return ""


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip()
