"""Marks that make bulk writes idempotent: each job stores its mark on the items it writes.

A failed version condition shows that an item was changed; the mark shows whether this job did it in
an earlier attempt. The mark stays until another bulk write changes the item.
"""

from dataclasses import replace

from outrider.kit.aws.attributes import Item, encode
from outrider.kit.aws.dynamodb import Action

ATTRIBUTE = "_mark"


def marked_action(put: Action, mark: str) -> Action:
    """Return the Put with the mark added to its item."""
    return replace(put, params={**put.params, "Item": {**put.params["Item"], **_typed(mark)}})


def attribute(mark: str) -> dict[str, str]:
    """Return the mark as an attribute, for an update."""
    return {ATTRIBUTE: mark}


def mark_of(item: Item | None) -> str:
    """Return the mark of an item; empty if there is no item or no mark."""
    return str(item.get(ATTRIBUTE, "")) if item else ""


def _typed(mark: str) -> dict[str, dict[str, str]]:
    return {ATTRIBUTE: encode(mark)}
