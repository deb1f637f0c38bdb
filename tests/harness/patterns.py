"""Event patterns: what of them our rules and stream filters use.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

from collections.abc import Mapping
from typing import Any

_ABSENT = object()


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    return all(
        _field(wanted, event.get(name, _ABSENT) if isinstance(event, Mapping) else _ABSENT)
        for name, wanted in pattern.items()
    )


def _field(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Mapping):
        return matches(wanted, value)
    if isinstance(value, list):  # one of its values is enough
        return any(_one(choice, each) for choice in wanted for each in value)
    return any(_one(choice, value) for choice in wanted)


def _one(choice: Any, value: Any) -> bool:
    match choice:
        case {"exists": bool(exists)}:
            return (value is not _ABSENT) is exists
        case {"prefix": str(prefix)}:
            return isinstance(value, str) and value.startswith(prefix)
        case {"suffix": str(suffix)}:
            return isinstance(value, str) and value.endswith(suffix)
        case {"anything-but": list(refused)}:
            return value is not _ABSENT and value not in refused
        case str() | int() | bool() | None:
            return bool(value == choice)
        case _:
            raise NotImplementedError(f"the harness does not know the pattern {choice}")
