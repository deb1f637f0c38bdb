"""Use of each variable in a Liquid template: whether it is written, and whether a condition or a
default guards it against a missing value.

Only conditions in the template itself are recognised: `{% if last_name %}` guards the block that it
encloses, but `{% assign %}` does not pass the guard on to the new name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Literal

from liquid import RenderContext
from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, Path
from liquid.builtin.expressions.logical import (
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LogicalOrExpression,
    LtExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import Blank, Empty, Nil, StringLiteral
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression
from liquid.template import BoundTemplate

Use = Literal["tested", "default", "needed_in_branch", "needed"]
"""`tested`: used only in a condition, or written in a block where a condition ensures a value.
`default`: written with a default. `needed_in_branch`: written in a branch or loop, as the argument
of a default, or assigned to another name. `needed`: always written."""

_Paths = frozenset[tuple[Any, ...]]
_NOTHING: _Paths = frozenset()
_FALSE_WITHOUT_VALUE = (
    ContainsExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LtExpression,
)
"""Comparisons that are false if an operand has no value."""


def uses(template: BoundTemplate) -> Mapping[int, Use]:
    """Return the use of each variable by its start index in the source."""
    reader = _Reader(RenderContext(template), {})
    reader.read_all(template.nodes, _Place())
    return reader.found


@dataclass(frozen=True, slots=True)
class _Place:
    """Position in the template; the `ensured` variables have a value there."""

    ensured: _Paths = _NOTHING
    in_branch: bool = False

    def branch(self, ensured: _Paths = _NOTHING) -> "_Place":
        return _Place(self.ensured | ensured, in_branch=True)

    def use(self, path: Path) -> Use:
        location = path.location()
        if any(each[: len(location)] == location for each in self.ensured):
            return "tested"
        return "needed_in_branch" if self.in_branch else "needed"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Visitor of a template's syntax tree that records the use of each variable."""

    context: RenderContext
    found: dict[int, Use]

    def read_all(self, nodes: Iterable[Node], place: _Place) -> None:
        for node in nodes:
            self._read(node, place)

    def _read(self, node: Node, place: _Place) -> None:
        match node:
            case IfNode() | UnlessNode():
                self._conditional(node, place)
            case CaseNode():
                self._case(node, place)
            case BlockNode():
                self.read_all(node.nodes, place)
            case AssignNode():  # rendering fails only if the new name is written
                self._written(node.expression, place.branch())
            case _:
                for expression in node.expressions():
                    self._written(expression, place)
                self.read_all(node.children(self.context, include_partials=False), place.branch())

    def _conditional(self, node: IfNode | UnlessNode, place: _Place) -> None:
        self._tested(node.condition)
        when_true, when_false = _ensures(node.condition)
        if isinstance(node, UnlessNode):
            when_true, when_false = when_false, when_true
        self._read(node.consequence, place.branch(when_true))
        place = place.branch(when_false)
        for alternative in node.alternatives:
            assert isinstance(alternative, ConditionalBlockNode)
            self._tested(alternative.expression)
            when_true, when_false = _ensures(alternative.expression)
            self._read(alternative.block, place.branch(when_true))
            place = place.branch(when_false)
        if node.default:
            self._read(node.default, place)

    def _case(self, node: CaseNode, place: _Place) -> None:
        self._tested(node.expression)
        for block in node.blocks:
            if isinstance(block, MultiExpressionBlockNode):
                self._tested(block.expression)
                values = block.expression.expressions
                named = isinstance(node.expression, Path) and all(map(_is_value, values))
                ensured = _path(node.expression) if named else _NOTHING
                self._read(block.block, place.branch(ensured))
            else:
                self._read(block, place.branch())

    def _tested(self, expression: Expression) -> None:
        if isinstance(expression, Path):
            self.found[expression.token.start_index] = "tested"
        for each in expression.children():
            self._tested(each)

    def _written(self, expression: Expression, place: _Place) -> None:
        match expression:
            case Path():
                self.found[expression.token.start_index] = place.use(expression)
            case FilteredExpression(left=Path() as left, filters=filters) if (
                filters and filters[0].name == "default"
            ):
                self.found[left.token.start_index] = "default"
                place = replace(place, in_branch=True)
                for filter_, following in zip_longest(filters, filters[1:]):
                    has_default = (
                        filter_.name == "default" and following and following.name == "default"
                    )
                    for argument in filter_.children():
                        if has_default and isinstance(argument, Path):
                            self.found[argument.token.start_index] = "default"
                        else:
                            self._written(argument, place)
                return
        for each in expression.children():
            self._written(each, place)


def _ensures(  # noqa: PLR0911 - one line for each kind
    condition: Expression,
) -> tuple[_Paths, _Paths]:
    """Return the variables that have a value if the condition holds, and those that have one if it
    does not."""
    match condition:
        case BooleanExpression(expression=inner):
            return _ensures(inner)
        case Path():
            return _path(condition), _NOTHING
        case LogicalAndExpression(left=left, right=right):
            (one, not_one), (other, not_other) = _ensures(left), _ensures(right)
            return one | other, not_one & not_other
        case LogicalOrExpression(left=left, right=right):
            (one, not_one), (other, not_other) = _ensures(left), _ensures(right)
            return one & other, not_one | not_other
        case EqExpression(left=left, right=right):
            return _compared(left, right)
        case NeExpression(left=left, right=right):
            when_equal, when_not = _compared(left, right)
            return when_not, when_equal
        case _ if isinstance(condition, _FALSE_WITHOUT_VALUE):
            return _path(condition.left) | _path(condition.right), _NOTHING
        case _:
            return _NOTHING, _NOTHING


def _compared(left: Expression, right: Expression) -> tuple[_Paths, _Paths]:
    """Return the variables that have a value if both sides are equal, and those that have one if
    not."""
    if isinstance(left, Path) and isinstance(right, Path):
        return _NOTHING, _NOTHING
    path = _path(left) | _path(right)
    value = right if isinstance(left, Path) else left
    return (path, _NOTHING) if _is_value(value) else (_NOTHING, path)


def _is_value(expression: Expression) -> bool:
    """Return whether a missing value never equals the value of this expression."""
    if isinstance(expression, StringLiteral):
        return bool(expression.value)
    return not isinstance(expression, Path | Blank | Empty | Nil)


def _path(expression: Expression) -> _Paths:
    return frozenset({expression.location()}) if isinstance(expression, Path) else _NOTHING
