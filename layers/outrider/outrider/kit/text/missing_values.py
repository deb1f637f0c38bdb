"""What a template finds where there is no value: it may be asked for, but not written.

In a condition a missing value is `nil`, and also `blank`, `empty` and the empty text, since a field
without a text is not kept at all. So each of the usual guards leaves the guarded part out:
`{% if last_name %}`, `{% if last_name != blank %}`, `{% if last_name != "" %}`.
"""

from liquid import FalsyStrictUndefined
from liquid.builtin.expressions import logical
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.builtin.tags import case_tag


class MissingValue(FalsyStrictUndefined):
    """False in conditions, replaced by `default`; writing it raises UndefinedError."""


def _equal(left: object, right: object) -> bool:
    if type(left) is MissingValue:
        return _is_nothing(right)
    if type(right) is MissingValue:
        return _is_nothing(left)
    return _any_equal(left, right)


def _is_nothing(value: object) -> bool:
    return type(value) in (MissingValue, Blank, Empty) or value is None or value == ""


# The library compares what is undefined with nothing but `nil`, and has no place to say otherwise.
_any_equal = logical._eq
logical._eq = case_tag._eq = _equal  # type: ignore[attr-defined]
