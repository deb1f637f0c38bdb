"""Field rules for merged contacts, as pure functions.

Merging is associative: the result depends on the order of the contacts, not on how the merges are
grouped. Negative information (an unsubscribe, a bounce) is never lost.
"""

from collections.abc import Sequence
from typing import Any

from outrider.contacts.models import Contact, Status

MAX_MERGED = 20
"""Maximum number of contacts merged into one, directly or through other merges."""

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
"""Statuses by precedence: the merged contact gets the first of these that any of the contacts
has."""


def changes_of(winner: Contact, losers: Sequence[Contact]) -> dict[str, Any]:
    """Return the fields of the winner that change when `losers` are merged into it."""
    after = merged(winner, losers)
    return {
        name: getattr(after, name)
        for name in Contact.model_fields
        if getattr(after, name) != getattr(winner, name)
    }


def merged(winner: Contact, losers: Sequence[Contact]) -> Contact:
    """Return the winner with each empty field filled from the first loser that has a value. Its
    email address, verification and company link are unchanged."""
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
