"""Number of employees, as schema.org data states it."""

from typing import Any

_LONGEST = 50
_MOST_DIGITS = 9


def employees_of(value: Any) -> str | None:
    """Return the number or range of employees that `numberOfEmployees` states, such as `42`,
    `51-200`, `200+` or `up to 50`; None if it states none.

    It may be a number, a text with a number, a QuantitativeValue with `value` or with `minValue`
    and `maxValue`, or a list of those, of which the first counts.
    """
    if isinstance(value, list):
        return next((stated for each in value[:10] if (stated := _stated(each))), None)
    return _stated(value)


def _stated(value: Any) -> str | None:
    if not isinstance(value, dict):
        return _count(value)
    if stated := _count(value.get("value")):
        return stated
    least, most = _count(value.get("minValue")), _count(value.get("maxValue"))
    if least and most:
        return least if least == most else f"{least}-{most}"
    if least:
        return f"{least}+"
    return f"up to {most}" if most else None


def _count(value: Any) -> str | None:
    """Return a positive number, or a text with a number, as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value) if 0 < value < 10**_MOST_DIGITS else None
    if not isinstance(value, str):
        return None
    text = " ".join("".join(each if each.isprintable() else " " for each in value).split())
    has_number = any("1" <= each <= "9" for each in text)
    return text if has_number and len(text) <= _LONGEST else None
