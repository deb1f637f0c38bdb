"""Concurrency limit of a workspace's SMTP servers: how many workers may wait for them at once.

A customer's SMTP server may take half a minute for each email. A worker takes a slot (place) of the
workspace before it hands an email over, so that a slow server cannot occupy the workers of all
workspaces. The limit adapts: it starts at one, grows by one a minute while the servers answer
quickly, and falls back to one when they do not. The item `<workspace>#smtp` / `places` holds the
slots in use (`in_flight`), the limit (`share`) and when it was last set (`share_ms`). A slot is a
lease: it expires if its worker dies.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit import clock, concurrency_slots
from outrider.kit.aws.dynamodb import Action, ConditionFailed, StoreFailed, Table
from outrider.kit.concurrency_slots import Place
from outrider.mailboxes.models import Mailbox

LEASE = timedelta(seconds=60)
"""Lease of a slot: longer than the longest wait for a server plus the handover of an email."""
QUICKLY = timedelta(seconds=5)
"""Maximum duration of a quick handover; a server that takes longer is slow."""
GROWS_AFTER = timedelta(minutes=1)
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class _Taken:
    place: Place
    began_ms: int
    grows_from: int | None = None
    """Value of `share_ms` that must be unchanged for the limit to grow when this slot is given
    back; None if it does not grow."""


@dataclass(frozen=True, slots=True)
class Places:
    """Slots for SMTP handovers of one workspace. `most` is the highest limit, reached while its
    servers answer quickly."""

    table: Table
    workspace: WorkspaceId
    most: int

    @contextmanager
    def held(self, mailbox: Mailbox | None, message_id: str) -> Iterator[bool]:
        """Yield whether an email of `mailbox` may be handed over now, and hold a slot for it inside
        the block. Only SMTP servers need one: Amazon SES is not slower for one workspace than
        another."""
        if mailbox is None or mailbox.kind != "smtp":
            yield True
            return
        taken = self._take(message_id)
        try:
            yield taken is not None
        finally:
            if taken is not None:
                with suppress(ConditionFailed, StoreFailed):  # its lease expires
                    self._give_back(message_id, taken)

    def _give_back(self, message_id: str, taken: _Taken) -> None:
        held = {message_id: taken.place}
        slow = clock.epoch_ms() - taken.began_ms > _ms(QUICKLY)
        if taken.grows_from is not None and not slow:
            with suppress(ConditionFailed):  # another worker has set the limit meanwhile
                self._remove(held, "#share + :one", " AND #share_ms = :seen", seen=taken.grows_from)
                return
        self._remove(held, ":one" if slow else "")

    def _take(self, message_id: str) -> _Taken | None:
        """Take a slot and return it; None if all are in use."""
        for _ in range(_ROUNDS):
            began_ms, place = clock.epoch_ms(), concurrency_slots.ending_in(LEASE)
            expression, free = concurrency_slots.taken(message_id)
            action = self._update_action(
                expression,
                f"{free} AND size(#in_flight) < #share",
                place=place,
                most=self.most,
            )
            try:
                item = self.table.write(action)
            except ConditionFailed as refusal:
                held = (refusal.item or {}).get("in_flight", {})
                if held.get(message_id) == place:  # the SDK retried a write that had succeeded
                    return _Taken(place, began_ms)
                if refusal.item is None:
                    self._make()
                elif over := concurrency_slots.over(held):
                    with suppress(ConditionFailed):
                        self._remove(over, ":one")
                else:
                    return None
            else:
                since = int(item["share_ms"])
                grows = int(item["share"]) < self.most and began_ms - since >= _ms(GROWS_AFTER)
                return _Taken(place, began_ms, since if grows else None)
        return None

    def _make(self) -> None:
        share = {"share": 1, "share_ms": clock.epoch_ms()}
        empty = {"pk": self._pk, "sk": _SK, "in_flight": {}, **share}
        with suppress(ConditionFailed):
            self.table.write(self.table.put_action(empty, "attribute_not_exists(#pk)"))

    def _remove(
        self, held: Mapping[str, Place], share: str = "", also_if: str = "", **seen: int
    ) -> None:
        """Give slots back, and set the workspace's limit to `share`. Raises ConditionFailed if
        another worker holds one of the slots by now."""
        expression, condition, values = concurrency_slots.given_back(held)
        if share:
            expression = f"SET #share = {share}, #share_ms = :now {expression}"
            values |= {"one": 1, "now": clock.epoch_ms(), **seen}
        self.table.write(self._update_action(expression, condition + also_if, **values))

    def _update_action(self, expression: str, condition: str, **values: Any) -> Action:
        return self.table.update_action(self._pk, _SK, expression, condition, **values)

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#smtp"


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


_SK = "places"
