"""Keys, expressions and items of the event feed.

All of one workspace in one mode:

- event `<workspace>#feed` / `<recorded_at>#<sequence, 12 digits>`, and in the index `by_contact`
  under `<workspace>#con_…`, or under `<workspace>#nobody` when it names no contact
- marker `<workspace>#evt` / `evt_…`: the place of the event, for finding it by id and for not
  recording it twice
- head `<workspace>#head` / `#`: the place of the last event

Events are recorded in one transaction with the head, which must still be where it was read. So
sequences have no gaps, and since `recorded_at` never goes back, an event that comes late, from a
slow stream, stands behind everything a reader can have seen: a cursor misses nothing.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from outrider.access.models import WorkspaceId
from outrider.events.models import Place, RecordedEvent
from outrider.kit import clock, json
from outrider.kit.attributes import Item
from outrider.kit.dynamo import Action, Query, Table, TransactionFailed, batch_get, transact
from outrider.kit.outbox import Event

RECORD_AT_ONCE = 49
"""Events recorded in one transaction: two items each and the head, and it holds 100."""

_ATTEMPTS = 12
_LIFE = timedelta(days=400)
_SETTLED = timedelta(minutes=1)
_BEGINNING, _END = "0", "9"
_BEHIND = "~"
_QUOTING = ("email.failed", "sms.failed", "task.failed", "enrollment.failed", "task.due")
_QUOTES = frozenset({"reason", "instructions"})


class HeadContended(Exception):
    """Others kept recording events of the same workspace."""


@dataclass(frozen=True, slots=True)
class EventRepository:
    """The feed of one workspace."""

    table: Table
    workspace: WorkspaceId

    def record(self, events: Sequence[Event]) -> list[Place]:
        """The places of `events`, whose ids differ: new ones at the end of the feed in this order,
        and of those recorded before the place they have. Raises HeadContended."""
        places: list[Place] = []
        for start in range(0, len(events), RECORD_AT_ONCE):
            places += self._record(events[start : start + RECORD_AT_ONCE])
        return places

    def read(
        self, after: Place | None, since: str | None, until: str | None, limit: int
    ) -> tuple[list[RecordedEvent], bool]:
        """Up to `limit` events behind `after`, oldest first, and whether there may be more.
        `since` is included, `until` is not."""
        if since and until and since >= until:
            return [], False
        page = self.table.query(
            Query(
                f"{self.workspace}#feed",
                "#sk BETWEEN :since AND :until",
                {"since": since or _BEGINNING, "until": until or _END},
                limit=limit,
                after=self._key(after) if after else None,
                consistent=True,
            )
        )
        expected = after.sequence + 1 if after else 1
        if since and not after and page.items:
            expected = self._expected_at(page.items[0])
        items = list(_without_holes(page.items, expected))
        more = page.last_key is not None or len(items) < len(page.items)
        return [self._event(item) for item in items], more

    def read_back(
        self, before: Place | None, since: str | None, until: str | None, limit: int
    ) -> tuple[list[RecordedEvent], bool]:
        """Up to `limit` events in front of `before`, newest first, and whether there are more."""
        span = _between(before, since, until, newest_first=True)
        asked = Query(f"{self.workspace}#feed", newest_first=True, limit=limit, consistent=True)
        return self._span(asked, span)

    def read_about(
        self,
        contact_id: str | None,
        place: Place | None,
        since: str | None,
        until: str | None,
        limit: int,
        *,
        newest_first: bool,
    ) -> tuple[list[RecordedEvent], bool]:
        """The same of the events that name a contact, or with None of those that name nobody, on
        either side of `place`. What was recorded just now may not be there yet."""
        span = _between(place, since, until, newest_first=newest_first)
        pk = self._contact_pk(contact_id) if contact_id else f"{self.workspace}#nobody"
        asked = Query(pk, index="by_contact", newest_first=newest_first, limit=limit)
        return self._span(asked, span)

    def get(self, event_id: str) -> RecordedEvent | None:
        marker = self.table.get(f"{self.workspace}#evt", event_id)
        if marker is None:
            return None
        place = _place(marker)
        item = self.table.get(f"{self.workspace}#feed", _sk(place.recorded_at, place.sequence))
        return self._event(item) if item else None

    def of_contact(
        self, contact_id: str, name: str | None, limit: int, after: Item | None
    ) -> tuple[list[RecordedEvent], Item | None]:
        """Events that name the contact, newest first, and the place to go on from. Of one `name`
        a page may be short: it looks at a bounded number of events."""
        page = self.table.page(
            Query(
                self._contact_pk(contact_id),
                values={"name": name} if name else {},
                index="by_contact",
                filter="#event = :name" if name else "",
                newest_first=True,
                after=after,
            ),
            limit,
        )
        return [self._event(item) for item in page.items], page.last_key

    def forget_reasons(self, contact_id: str) -> None:
        """Of a contact's events, take out the only text that may quote a person's data: why a
        message could not be made, and what a task asks for."""
        quoting = Query(
            self._contact_pk(contact_id),
            values={f"event{place}": name for place, name in enumerate(_QUOTING)},
            index="by_contact",
            filter=f"#event IN ({', '.join(f':event{n}' for n in range(len(_QUOTING)))})",
        )
        for item in self.table.every(quoting):
            told = json.loads(item["data"])
            data = {**told, **dict.fromkeys(_QUOTES & told.keys(), "erased")}
            forgotten = self.table.update(
                item["pk"], item["sk"], "SET #data = :data", data=json.dumps_text(data)
            )
            self.table.write(forgotten)

    def _span(self, asked: Query, span: tuple[str, str]) -> tuple[list[RecordedEvent], bool]:
        first, last = span
        if first > last:
            return [], False
        values = {"first": first, "last": last}
        page = self.table.query(replace(asked, sk="#sk BETWEEN :first AND :last", values=values))
        return [self._event(item) for item in page.items], page.last_key is not None

    def _expected_at(self, first: Item) -> int:
        """The sequence that should stand where `first` does: right behind the event before it, if
        `first` is so young that one between them may not be to see yet."""
        if _is_settled(first):
            return int(first["sequence"])
        before = self.table.query(
            Query(
                f"{self.workspace}#feed",
                "#sk < :first",
                {"first": first["sk"]},
                newest_first=True,
                limit=1,
                consistent=True,
            )
        )
        return before.items[0]["sequence"] + 1 if before.items else int(first["sequence"])

    def _record(self, events: Sequence[Event]) -> list[Place]:
        for attempt in range(1, _ATTEMPTS + 1):
            head, known = self._known(events)
            new = [event for event in events if event.id not in known]
            recorded_at = max(clock.timestamp(), head.recorded_at)
            for sequence, event in enumerate(new, head.sequence + 1):
                known[event.id] = Place(sequence, recorded_at)
            try:
                if new:
                    transact(*self._actions(head, [(event, known[event.id]) for event in new]))
                return [known[event.id] for event in events]
            except TransactionFailed:
                time.sleep(secrets.randbelow(10 * attempt) / 1000)
        raise HeadContended(self.workspace)

    def _known(self, events: Sequence[Event]) -> tuple[Place, dict[str, Place]]:
        """The head, and the places of those of `events` that have one."""
        head_key = (self.table, f"{self.workspace}#head", "#")
        markers = [(self.table, f"{self.workspace}#evt", event.id) for event in events]
        found = batch_get([head_key, *markers])
        places = {sk: _place(item) for (_, _, sk), item in found.items()}
        head = places.pop("#", Place(0, ""))
        return head, places

    def _actions(self, head: Place, new: Sequence[tuple[Event, Place]]) -> Iterator[Action]:
        last = new[-1][1]
        yield self.table.update(
            f"{self.workspace}#head",
            "#",
            "SET #sequence = :sequence, #recorded_at = :recorded_at",
            "#sequence = :seen" if head.sequence else "attribute_not_exists(#pk)",
            sequence=last.sequence,
            recorded_at=last.recorded_at,
            **({"seen": head.sequence} if head.sequence else {}),
        )
        ttl = int((clock.from_text(last.recorded_at) + _LIFE).timestamp())
        for event, place in new:
            common = {"sequence": place.sequence, "recorded_at": place.recorded_at, "ttl": ttl}
            marker = {"pk": f"{self.workspace}#evt", "sk": event.id, **common}
            yield self.table.put(marker, "attribute_not_exists(#pk)")
            yield self.table.put(
                {
                    **self._key(place),
                    **event.model_dump(exclude={"partition", "data"}),
                    "data": json.dumps_text(event.data),
                    **self._contact_key(event),
                    **common,
                }
            )

    def _key(self, place: Place) -> dict[str, str]:
        return {"pk": f"{self.workspace}#feed", "sk": _sk(place.recorded_at, place.sequence)}

    def _contact_key(self, event: Event) -> dict[str, str]:
        contact_id = event.data.get("contact_id")
        named = self._contact_pk(contact_id) if contact_id else f"{self.workspace}#nobody"
        return {"by_contact_pk": named}

    def _contact_pk(self, contact_id: str) -> str:
        return f"{self.workspace}#{contact_id}"

    def _event(self, item: Item) -> RecordedEvent:
        happened = {**item, "partition": self.workspace, "data": json.loads(item["data"])}
        return RecordedEvent.of(Event.model_validate(happened), _place(item))


def _place(item: Item) -> Place:
    return Place(item["sequence"], item["recorded_at"])


def _sk(recorded_at: str, sequence: int) -> str:
    return f"{recorded_at}#{sequence:012d}"


def _between(
    place: Place | None, since: str | None, until: str | None, *, newest_first: bool
) -> tuple[str, str]:
    """The sort keys that enclose what stands behind `place`, or with `newest_first` in front of
    it."""
    first, last = since or _BEGINNING, until or _END
    if place and newest_first:
        last = min(last, _sk(place.recorded_at, place.sequence - 1))
    elif place:
        first = max(first, _sk(place.recorded_at, place.sequence) + _BEHIND)
    return first, last


def settled_until() -> str:
    """What was recorded before this can all be seen, in the index too."""
    return clock.to_text(clock.now() - _SETTLED)


def _is_settled(item: Item) -> bool:
    return bool(item["recorded_at"] <= settled_until())


def _without_holes(items: Sequence[Item], expected: int) -> Iterator[Item]:
    """Stop where an event is not to be seen yet: a query may show a part of a transaction that is
    about to be complete. What is missing among older events has only expired."""
    for item in items:
        if item["sequence"] != expected and not _is_settled(item):
            return
        yield item
        expected = item["sequence"] + 1
