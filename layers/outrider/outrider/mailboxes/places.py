"""Places at the SMTP servers of a workspace: how many workers these keep busy at once.

A server that a customer names may take half a minute over each mail. Whoever hands a mail over to
one takes a place of its workspace before, so that the other workers are left to others. All places
are in one item, `<workspace>#smtp` / `places`; one that a worker died with ends by itself.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.dynamo import Action, ConditionFailed, StoreFailed, Table
from outrider.mailboxes.models import Mailbox

LEASE = timedelta(seconds=60)
"""Longer than a mail is waited for and handed over."""
_ROUNDS = 4
_SPREAD = 1_000
"""Milliseconds by which ends differ: an end names its place."""


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
        end = self._take(message_id)
        try:
            yield end is not None
        finally:
            if end is not None:
                with suppress(ConditionFailed, StoreFailed):  # it ends by itself
                    self._remove({message_id: end})

    def _take(self, message_id: str) -> int | None:
        """The end of the place that was taken, in epoch milliseconds; None when all are."""
        for _ in range(_ROUNDS):
            end = clock.to_epoch_ms(clock.now() + LEASE) + secrets.randbelow(_SPREAD)
            try:
                self.table.write(self._taken(message_id, end))
            except ConditionFailed as refusal:
                held = (refusal.item or {}).get("in_flight", {})
                if held.get(message_id) == end:
                    return end  # the answer was lost, and the call sent again
                over = {each: end for each, end in held.items() if end < clock.epoch_ms()}
                if refusal.item is None:
                    self._make()
                elif over:
                    with suppress(ConditionFailed):
                        self._remove(over)
                else:
                    return None
            else:
                return end
        return None

    def _make(self) -> None:
        empty = {"pk": self._pk, "sk": _SK, "in_flight": {}}
        with suppress(ConditionFailed):
            self.table.write(self.table.put(empty, "attribute_not_exists(#pk)"))

    def _taken(self, message_id: str, end: int) -> Action:
        place = f"#in_flight.#{message_id}"
        condition = "attribute_exists(#in_flight)"
        condition += f" AND attribute_not_exists({place}) AND size(#in_flight) < :most"
        return self._update(f"SET {place} = :end", condition, end=end, most=self.most)

    def _remove(self, places: Mapping[str, int]) -> None:
        """Raises ConditionFailed when one of them is another by now."""
        names = [f"#in_flight.#{message_id}" for message_id in places]
        values = {f"end{number}": end for number, end in enumerate(places.values())}
        pairs = zip(names, values, strict=True)
        condition = " AND ".join(f"{name} = :{value}" for name, value in pairs)
        self.table.write(self._update(f"REMOVE {', '.join(names)}", condition, **values))

    def _update(self, expression: str, condition: str, **values: Any) -> Action:
        return self.table.update(self._pk, _SK, expression, condition, **values)

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#smtp"


_SK = "places"
