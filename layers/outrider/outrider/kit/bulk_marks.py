"""Marks: what bulk work leaves on the items it writes, so that a repetition knows its own.

A condition on the version tells that an item has changed, the mark tells by whom; it stays until
other bulk work changes the item.
"""

from dataclasses import replace

from outrider.kit.aws.attributes import Item, encode
from outrider.kit.aws.dynamodb import Action

ATTRIBUTE = "_mark"


def marked_action(put: Action, mark: str) -> Action:
    """A Put whose item carries the mark."""
    return replace(put, params={**put.params, "Item": {**put.params["Item"], **_typed(mark)}})


def attribute(mark: str) -> dict[str, str]:
    return {ATTRIBUTE: mark}


def mark_of(item: Item | None) -> str:
    """Empty without an item or a mark."""
    return str(item.get(ATTRIBUTE, "")) if item else ""


def _typed(mark: str) -> dict[str, dict[str, str]]:
    return {ATTRIBUTE: encode(mark)}
