"""Merge of a row with the stored item, by the policies for duplicates and blanks. Pure
functions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.imports.columns.contact_status import STOPS
from outrider.imports.models import Blanks, Duplicates, Kind
from outrider.kit.text.spreadsheets import cell

_TAGS = "tags"
_STATUS = "status"


@dataclass(frozen=True, slots=True)
class Policy:
    """Merge policy. `open_field` is the field with custom names (`custom`, `context`); `defaults`
    are the values for fields that a row lacks."""

    duplicates: Duplicates
    blanks: Blanks
    open_field: str | None
    defaults: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """Values of a row: `fields` with a value, names of the `blank` ones (`custom.Stage` and so on),
    and the `columns` that the fields come from."""

    fields: Mapping[str, Any]
    blank: Collection[str] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    kind: Kind = "contacts"


def completed(given: Given, policy: Policy) -> dict[str, Any]:
    """Return the fields of a new item: those of the row, completed with defaults."""
    fields = {**policy.defaults, **given.fields}
    if tags := _union(given.fields.get(_TAGS), policy.defaults.get(_TAGS)):
        fields[_TAGS] = tags
    return fields


def changes(current: Mapping[str, Any], given: Given, policy: Policy) -> dict[str, Any]:
    """Return the fields of `current` that the row changes; None clears a field."""
    wanted = {
        name: value
        for name, value in given.fields.items()
        if name not in (_TAGS, _STATUS, policy.open_field) and _may_set(current.get(name), policy)
    }
    if policy.blanks == "clear":
        wanted |= {name: None for name in given.blank if "." not in name and name != _TAGS}
    if policy.open_field:
        wanted[policy.open_field] = _merged_open_field(
            current.get(policy.open_field) or {}, given, policy
        )
    wanted |= stops(current, given)
    if (
        _STATUS in given.fields
        and current.get(_STATUS) not in STOPS
        and policy.duplicates == "update"
    ):
        wanted[_STATUS] = given.fields[_STATUS]
    wanted[_TAGS] = _merged_tags(current.get(_TAGS) or [], given, policy)
    for name, value in policy.defaults.items():
        if name != _TAGS and _is_blank(wanted.get(name, current.get(name))):
            wanted[name] = value
    return {
        name: value
        for name, value in wanted.items()
        if value != current.get(name) and not (_is_blank(value) and _is_blank(current.get(name)))
    }


def stops(current: Mapping[str, Any], given: Given) -> dict[str, Any]:
    """Return the change of status that applies regardless of the policy: a row can set an opt-out
    or a bounce, but no file can remove one."""
    ours, theirs = current.get(_STATUS), given.fields.get(_STATUS)
    if theirs not in STOPS or (ours in STOPS and STOPS.index(ours) <= STOPS.index(theirs)):
        return {}
    return {_STATUS: theirs}


def _merged_open_field(current: Mapping[str, Any], given: Given, policy: Policy) -> dict[str, Any]:
    """Merge `custom` or `context` name by name; names that the row lacks are unchanged."""
    row: Mapping[str, Any] = given.fields.get(policy.open_field or "") or {}
    merged = dict(current)
    merged |= {
        name: value
        for name, value in row.items()
        if _may_set(current.get(name), policy) and cell(current.get(name)) != value
    }
    if policy.blanks == "clear":
        for name in given.blank:
            merged.pop(name.partition(".")[2], None)
    return merged


def _merged_tags(current: list[str], given: Given, policy: Policy) -> list[str]:
    if policy.blanks == "clear" and _TAGS in given.blank:
        current = []
    row = given.fields.get(_TAGS) if _may_set(current, policy) else None
    if row and ", ".join(row) == ", ".join(current):  # a tag may hold a comma
        row = None
    return _union(current, row, policy.defaults.get(_TAGS))


def _union(*lists: list[str] | None) -> list[str]:
    return list(dict.fromkeys(tag for tags in lists for tag in tags or ()))


def _may_set(value: Any, policy: Policy) -> bool:
    return policy.duplicates == "update" or _is_blank(value)


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [], {})
