"""API schemas of events."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from outrider.events.catalogue import FAMILIES, NAMES, EventName, chosen
from outrider.events.models import RecordedEvent
from outrider.kit import ids
from outrider.kit.http import json_schema
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.http.requests import Instant
from outrider.kit.models import Model
from outrider.kit.text.quotes import quoted

_ID = re.compile(
    rf"[a-z]{{2,5}}_[{ids.ALPHABET}]{{{ids.LENGTH}}}(?:[{ids.ALPHABET}]{{{ids.LENGTH}}})?"
)
_LONGEST_TYPES = 2_000
_TYPES = json_schema.list_of((*(f"{family}.*" for family in FAMILIES), *NAMES))
_OWN_ID = rf"[{ids.ALPHABET}]{{{ids.LENGTH}}}"
_ACTORS = rf"^(engine|recipient|operator|(key:)?key_{_OWN_ID}|(agent:)?agr_{_OWN_ID})$"


def _types(text: str) -> str:
    """Return the names and families sorted and without duplicates, so that equal filters have the
    same cursor."""
    asked = sorted({each.strip() for each in text.split(",")})
    chosen(asked)
    return ",".join(asked)


def _resource(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(
            f"{quoted(text)} is not the id of a resource, such as con_01jf3k9q2c8m5v7x0b4n6t1rwe"
        )
    return text


def _actor(text: str) -> str:
    """Return the actor with its kind, which may be omitted: `key_…` becomes `key:key_…`."""
    kind, _, name = text.rpartition(":")
    kind = kind or {"key": "key", "agr": "agent"}.get(text.partition("_")[0], "")
    wanted = {"key": "key", "agent": "agr"}.get(kind)
    if text in ("engine", "recipient", "operator"):
        return text
    if wanted is None or not ids.is_id(wanted, name):
        raise ValueError(
            f"{quoted(text)} is not an actor: write engine, recipient, operator, key_… (an API "
            "key) or agent:agr_…"
        )
    return f"{kind}:{name}"


class TimelineQuery(PageQuery):
    """Filters of a contact's timeline."""

    type: Annotated[EventName | None, Field(description="The name of the event")] = None


class TimelineEvent(Model):
    """An event in a contact's timeline.

    `id` is that of the event in the feed, or null for the sent, delivered, opened and clicked
    events of a message, which are read from the message. `actor` is who caused it (`key:key_…`,
    `engine`, `recipient`, `operator`).
    """

    model_config = ConfigDict(frozen=True)

    id: str | None
    event: EventName
    created_at: str
    actor: str
    data: dict[str, Any]


class EventQuery(PageQuery):
    """Filters of the feed. `since` and `until` filter by `recorded_at`, moments after
    `created_at`."""

    type: Annotated[
        Annotated[
            str,
            Field(max_length=_LONGEST_TYPES, json_schema_extra={"pattern": _TYPES}),
            AfterValidator(_types),
        ]
        | None,
        Field(description="Names and families, separated by commas: `contact.created,campaign.*`"),
    ] = None
    resource: Annotated[
        Annotated[
            str,
            Field(json_schema_extra={"pattern": f"^{_ID.pattern}$"}),
            AfterValidator(_resource),
        ]
        | None,
        Field(description="An id that `data` names: of a contact, a campaign, a message, …"),
    ] = None
    actor: Annotated[
        Annotated[str, Field(json_schema_extra={"pattern": _ACTORS}), AfterValidator(_actor)]
        | None,
        Field(
            description="Who caused it: `engine`, `recipient`, `operator`, `key_…`, `agent:agr_…`"
        ),
    ] = None
    since: Annotated[
        Instant | None, Field(description="Recorded at or after this time (RFC 3339)")
    ] = None
    until: Annotated[Instant | None, Field(description="Recorded before this time (RFC 3339)")] = (
        None
    )
    sort: Annotated[
        Literal["recorded_at", "-recorded_at"],
        Field(description="`recorded_at` is oldest first, `-recorded_at` newest first"),
    ] = "recorded_at"

    @property
    def names(self) -> frozenset[EventName] | None:
        """The events selected by `type`, or None for all."""
        return chosen(self.type.split(",")) if self.type else None


class EventPage(Page[RecordedEvent]):
    """A page of the feed, oldest first by default.

    `next_cursor` is the position at which the page ended. A reader that stores it can continue from
    it at any time and, oldest first, misses no event; it is null only if nothing was read yet.
    `has_more` is whether more events follow now. With filters a page reads a limited number of
    events: it may be short, or empty, although more follow.
    """
