"""Missing values in Liquid templates: they may be tested in conditions, but writing one fails.

In a condition, a missing value equals `nil`, `blank`, `empty` and the empty text, because fields
without text are not stored at all. So each of the usual guards skips the guarded part: `{% if
last_name %}`, `{% if last_name != blank %}`, `{% if last_name != "" %}`.
"""

from typing import Any

from liquid import FalsyStrictUndefined, RenderContext
from liquid.builtin.expressions.logical import EqExpression, NeExpression
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.expression import Expression
from liquid.token import Token


class MissingValue(FalsyStrictUndefined):
    """Undefined variable: false in conditions and replaced by `default`; writing it raises
    UndefinedError."""


class Equal(EqExpression):
    """The comparison `==`."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> bool:
        return _equal(self, self.left.evaluate(context), self.right.evaluate(context), context)


class NotEqual(NeExpression):
    """The comparison `!=`."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> bool:
        return not _equal(self, self.left.evaluate(context), self.right.evaluate(context), context)


class OneOf(Expression):
    """The comparisons of a `when` tag."""

    __slots__ = ("expressions", "left")

    def __init__(self, token: Token, left: Expression, expressions: list[Expression]) -> None:
        super().__init__(token)
        self.left = left
        self.expressions = expressions

    @classmethod
    def like(cls, when: Any) -> "OneOf":
        """Return a copy of the comparisons that the library parsed."""
        return cls(when.token, when.left, when.expressions)

    def __str__(self) -> str:
        return ", ".join(map(str, self.expressions))

    def evaluate(self, context: RenderContext) -> list[bool]:
        left = self.left.evaluate(context)
        return [_equal(self, left, each.evaluate(context), context) for each in self.expressions]

    def children(self) -> list[Expression]:
        return self.expressions


class _Value(Expression):
    """An expression that is already evaluated."""

    __slots__ = ("value",)

    def __init__(self, token: Token, value: object) -> None:
        super().__init__(token)
        self.value = value

    def evaluate(self, _: RenderContext) -> object:
        return self.value

    def children(self) -> list[Expression]:
        return []


def _equal(at: Expression, left: object, right: object, context: RenderContext) -> bool:
    if type(left) is MissingValue:
        return _is_nothing(right)
    if type(right) is MissingValue:
        return _is_nothing(left)
    compared = EqExpression(at.token, _Value(at.token, left), _Value(at.token, right))
    return bool(compared.evaluate(context))


def _is_nothing(value: object) -> bool:
    return type(value) in (MissingValue, Blank, Empty) or value is None or value == ""
