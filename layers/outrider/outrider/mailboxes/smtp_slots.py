"""Places at the SMTP servers of a workspace: how many workers these keep busy at once.

A server that a customer names may take half a minute over each mail. Whoever hands a mail over to
one takes a place of its workspace before, so that the other workers are left to others. A workspace
begins with one place, gets one more a minute while its servers answer quickly, and is back at one
when they do not. All are in one item, `<workspace>#smtp` / `places`: `in_flight`, how many may be
held (`share`), and since when (`share_ms`); a place that a worker died with ends by itself.
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
"""Longer than a mail is waited for and handed over."""
QUICKLY = timedelta(seconds=5)
"""A mail server that took longer is slow."""
GROWS_AFTER = timedelta(minutes=1)
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class _Taken:
    place: Place
    began_ms: int
    grows_from: int | None = None
    """The `share_ms` that is to be there yet when the share grows; None when it does not."""


@dataclass(frozen=True, slots=True)
class Places:
    """`most` may be taken at once, by a workspace whose mail servers have answered quickly."""

    table: Table
    workspace: WorkspaceId
    most: int

    @contextmanager
    def held(self, mailbox: Mailbox | None, message_id: str) -> Iterator[bool]:
        """Whether a mail from `mailbox` may be handed over now, with a place for it held inside the
        block. Only SMTP servers need one: SES answers everybody alike."""
        if mailbox is None or mailbox.kind != "smtp":
            yield True
            return
        taken = self._take(message_id)
        try:
            yield taken is not None
        finally:
            if taken is not None:
                with suppress(ConditionFailed, StoreFailed):  # it ends by itself
                    self._give_back(message_id, taken)

    def _give_back(self, message_id: str, taken: _Taken) -> None:
        held = {message_id: taken.place}
        slow = clock.epoch_ms() - taken.began_ms > _ms(QUICKLY)
        if taken.grows_from is not None and not slow:
            with suppress(ConditionFailed):  # the share was set meanwhile
                self._remove(held, "#share + :one", " AND #share_ms = :seen", seen=taken.grows_from)
                return
        self._remove(held, ":one" if slow else "")

    def _take(self, message_id: str) -> _Taken | None:
        """The place that was taken; None when all are."""
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
                if held.get(message_id) == place:  # the answer was lost, and the call sent again
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
        """Give places back, and set the workspace's `share`. Raises ConditionFailed when one of
        them is another by now."""
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
