"""What the API takes and gives about events."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from outrider.events.catalogue import EventName
from outrider.events.models import RecordedEvent
from outrider.kit.pagination import Page, PageQuery
from outrider.kit.requests import Instant


class TimelineQuery(PageQuery):
    """About the events of one contact."""

    type: Annotated[EventName | None, Field(description="The name of the event")] = None


class EventQuery(TimelineQuery):
    """`since` and `until` ask about `recorded_at`, which is moments after `created_at`."""

    since: Annotated[Instant | None, Field(description="At or after (RFC 3339)")] = None
    until: Annotated[Instant | None, Field(description="Before (RFC 3339)")] = None

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise ValueError("since must be before until")
        return self


class EventPage(Page[RecordedEvent]):
    """A page of the feed, oldest first.

    `next_cursor` is the place where the page ended, so a reader that keeps it goes on from there
    whenever it likes and misses nothing; it is null only while nothing was read yet. `has_more`
    says whether more stands there now.
    """
