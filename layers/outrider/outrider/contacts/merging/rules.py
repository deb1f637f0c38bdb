"""What becomes of contacts that are merged: pure functions.

Merging is associative: in how many steps contacts come together makes no difference, as long as
their order is the same. Nothing negative is ever lost.
"""

from collections.abc import Sequence
from typing import Any

from outrider.contacts.models import Contact, Status

MAX_MERGED = 20
"""How many contacts can have gone into one, directly or with others."""

_FILLED = (
    "first_name",
    "last_name",
    "title",
    "company",
    "linkedin_url",
    "phone",
    "country",
    "timezone",
    "folder_id",
    "fit_score",
    "source",
)
_LATEST = ("last_contacted_at", "last_replied_at")

RANK: tuple[Status, ...] = (
    "unsubscribed",
    "bounced",
    "not_interested",
    "interested",
    "replied",
    "active",
    "new",
)
"""The first of these that any of the contacts has is the status of the one they become."""


def changes_of(winner: Contact, losers: Sequence[Contact]) -> dict[str, Any]:
    """What changes about the winner when `losers` go into it."""
    after = merged(winner, losers)
    return {
        name: getattr(after, name)
        for name in Contact.model_fields
        if getattr(after, name) != getattr(winner, name)
    }


def merged(winner: Contact, losers: Sequence[Contact]) -> Contact:
    """The winner, its blanks filled from the first loser that has something to say. The address,
    its verification and the link to a company stay as they are."""
    contacts = [winner, *losers]
    return winner.model_copy(
        update={
            **{name: _first([getattr(each, name) for each in contacts]) for name in _FILLED},
            **{
                name: max([getattr(each, name) or "" for each in contacts]) or None
                for name in _LATEST
            },
            "status": min((each.status for each in contacts), key=RANK.index),
            "tags": _union([each.tags for each in contacts]),
            "custom": {
                name: value for each in reversed(contacts) for name, value in each.custom.items()
            },
            "other_emails": _union(
                [winner.other_emails, *([each.email, *each.other_emails] for each in losers)]
            ),
            "merged_ids": _union(
                [winner.merged_ids, *([each.id, *each.merged_ids] for each in losers)]
            ),
        }
    )


def _first(values: Sequence[Any]) -> Any:
    return next((value for value in values if value not in (None, "")), values[0])


def _union(lists: Sequence[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(entry for each in lists for entry in each))
