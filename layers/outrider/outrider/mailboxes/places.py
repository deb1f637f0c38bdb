"""Places at the SMTP servers of a workspace: how many workers these keep busy at once.

A server that a customer names may take half a minute over each mail. Whoever hands a mail over to
one takes a place of its workspace before, so that the other workers are left to others. All places
are in one item, `<workspace>#smtp` / `places`; one that a worker died with ends by itself.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit import places
from outrider.kit.dynamo import Action, ConditionFailed, StoreFailed, Table
from outrider.kit.places import Place
from outrider.mailboxes.models import Mailbox

LEASE = timedelta(seconds=60)
"""Longer than a mail is waited for and handed over."""
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Places:
    """`most` may be taken at once."""

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
        place = self._take(message_id)
        try:
            yield place is not None
        finally:
            if place is not None:
                with suppress(ConditionFailed, StoreFailed):  # it ends by itself
                    self._remove({message_id: place})

    def _take(self, message_id: str) -> Place | None:
        """The place that was taken; None when all are."""
        for _ in range(_ROUNDS):
            place = places.ending_in(LEASE)
            expression, free = places.taken(message_id)
            taken = self._update(expression, free, place=place, most=self.most)
            try:
                self.table.write(taken)
            except ConditionFailed as refusal:
                held = (refusal.item or {}).get("in_flight", {})
                if held.get(message_id) == place:
                    return place  # the answer was lost, and the call sent again
                if refusal.item is None:
                    self._make()
                elif over := places.over(held):
                    with suppress(ConditionFailed):
                        self._remove(over)
                else:
                    return None
            else:
                return place
        return None

    def _make(self) -> None:
        empty = {"pk": self._pk, "sk": _SK, "in_flight": {}}
        with suppress(ConditionFailed):
            self.table.write(self.table.put(empty, "attribute_not_exists(#pk)"))

    def _remove(self, held: Mapping[str, Place]) -> None:
        """Raises ConditionFailed when one of them is another by now."""
        expression, condition, values = places.given_back(held)
        self.table.write(self._update(expression, condition, **values))

    def _update(self, expression: str, condition: str, **values: Any) -> Action:
        return self.table.update(self._pk, _SK, expression, condition, **values)

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#smtp"


_SK = "places"
