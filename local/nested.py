"""Attributes of resources in nested stacks, which an update must not lose.

MiniStack 1.5.33 updates a nested stack resource by resource. One that did not change is left
without attributes, so that whatever reads its ARN fails, and then the rollback does too: every
change of a template in `infra/` would end in UPDATE_ROLLBACK_FAILED.
"""

from collections.abc import Callable, Mapping
from typing import Any

Update = Callable[..., tuple[str, dict[str, Any]]]
"""Of a resource: takes its type, its id, old and new properties, the name of its stack, its logical
id, and the attributes that it has so far; returns its id and attributes."""


def keeping_attributes(update: Update, stacks: Mapping[str, Any]) -> Update:
    """Return MiniStack's `update`, which it calls without the attributes, with those that the
    resource has in `stacks`."""

    def kept(*given: Any) -> tuple[str, dict[str, Any]]:
        *_, stack, logical_id = given
        return update(*given, stacks[stack]["_resources"][logical_id]["Attributes"])

    return kept
