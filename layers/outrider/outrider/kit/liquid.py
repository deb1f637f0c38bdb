"""What a Liquid template asks for, found without filling it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.template import BoundTemplate
from liquid.token import Token

from outrider.kit import templates
from outrider.kit.templates import TemplateInvalid

_READS_FILES = frozenset({"include", "render"})


@dataclass(frozen=True, slots=True, order=True)
class Variable:
    """`custom.plan` is `("custom", "plan")`. It has a default when `default` is the first filter
    behind it."""

    path: tuple[str, ...]
    has_default: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What has to be given to a template, and what it asks for that there is not; sorted."""

    variables: tuple[Variable, ...]
    unknown_filters: tuple[str, ...]
    unknown_tags: tuple[str, ...]


@lru_cache(maxsize=16)
def asked(source: str) -> Asked:
    """Raises TemplateInvalid when `source` is no template."""
    template = templates.parse(source)
    guarded = {
        token.start_index
        for node in _nodes(template)
        for expression in node.expressions()
        for token in _with_default(expression)
    }
    try:
        analysis = template.analyze(include_partials=False)
    except LiquidError as error:
        raise TemplateInvalid(str(error)) from error
    variables = {
        Variable(
            tuple(segment for segment in variable.segments if isinstance(segment, str)),
            variable.span.index in guarded,
        )
        for found in analysis.globals.values()
        for variable in found
    }
    return Asked(
        variables=tuple(sorted(variables)),
        unknown_filters=tuple(sorted(set(analysis.filters) - set(template.env.filters))),
        unknown_tags=tuple(sorted(_READS_FILES & set(analysis.tags))),
    )


def _nodes(template: BoundTemplate) -> Iterator[Node]:
    context = RenderContext(template)
    waiting: list[Node] = list(template.nodes)
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children(context, include_partials=False))


def _with_default(expression: Expression) -> Iterator[Token]:
    waiting = [expression]
    while waiting:
        each = waiting.pop()
        waiting.extend(each.children())
        if (
            isinstance(each, FilteredExpression)
            and isinstance(each.left, Path)
            and each.filters
            and each.filters[0].name == "default"
        ):
            yield each.left.token
