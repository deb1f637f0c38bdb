"""Delivery log of an endpoint: its deliveries in the order of the feed, each with its attempts.

They share the partition `<workspace>#whk_…`: the sort key of a delivery is `dlv_…`, and those of
its attempts are `dlv_…#<number>`, right after it. Read in reverse, the attempts come before their
delivery.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import json
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, Table, key_of
from outrider.webhooks.deliveries.repository import first_since
from outrider.webhooks.models import Attempt, Delivery, State

MOST_SHOWN = 100
"""Attempts of a delivery; there are more only after many probes or redeliveries."""
MOST_BYTES = 3_000_000
"""Limit per page; a Lambda response may have 6 MB."""
_ROUNDS = 4
_ROWS = 4
"""Rows per delivery in the first estimate of how many rows fill a page."""
_GROWTH = 8
"""Factor by which each further query reads more rows: a delivery that was probed for days has
hundreds of attempts."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A delivery with its latest attempts, oldest first."""

    delivery: Delivery
    attempts: list[Attempt]


@dataclass(frozen=True, slots=True)
class DeliveryLog:
    """Delivery logs of the webhooks of one workspace."""

    table: Table
    workspace: WorkspaceId

    def list(
        self,
        webhook_id: str,
        limit: int,
        after: Item | None,
        wanted: Callable[[Delivery], bool] | None = None,
    ) -> tuple[list[Logged], Item | None]:
        """Return a page of deliveries, newest first, and the key after which the next page begins.

        A page may have fewer than `limit` deliveries, or none, although more follow: the rows that
        it reads and the bytes that it returns are limited.
        """
        found: list[Logged] = []
        attempts: list[Attempt] = []
        size = 0
        place = read = after
        rows = _ROWS * (limit + 1)
        for _ in range(_ROUNDS):
            page = self.table.query(
                Query(
                    self._pk(webhook_id),
                    "begins_with(#sk, :prefix)",
                    {"prefix": "dlv_"},
                    newest_first=True,
                    after=read,
                    limit=None if wanted else rows,
                )
            )
            rows *= _GROWTH
            for item in page.items:
                if len(found) == limit or size > MOST_BYTES:
                    return found, place
                if "#" in item["sk"]:
                    if len(attempts) < MOST_SHOWN:
                        attempts.append(Attempt.model_validate(item))
                    continue
                logged = Logged(Delivery.model_validate(item), attempts[::-1])
                attempts, place = [], key_of(item)
                if wanted is None or wanted(logged.delivery):
                    found.append(logged)
                    size += _size(logged)
            read = page.last_key
            if read is None:
                return found, None
        # A delivery with more attempts than one query reads continues in their middle.
        return found, read if place == after else place

    def get(self, webhook_id: str, delivery_id: str) -> Logged | None:
        page = self.table.query(
            Query(
                self._pk(webhook_id),
                "begins_with(#sk, :prefix)",
                {"prefix": delivery_id},
                newest_first=True,
                consistent=True,
            )
        )
        rows = [item for item in page.items if "#" in item["sk"]][:MOST_SHOWN]
        item = next((item for item in page.items if item["sk"] == delivery_id), None)
        if item is None and page.last_key:
            item = self.table.get(self._pk(webhook_id), delivery_id)
        if item is None:
            return None
        attempts = [Attempt.model_validate(row) for row in reversed(rows)]
        return Logged(Delivery.model_validate(item), attempts)

    def of_time(
        self,
        webhook_id: str,
        *,
        since: str,
        until: str,
        state: State,
        limit: int,
        after: Item | None,
    ) -> tuple[Sequence[Delivery], Item | None]:
        """Return the deliveries in `state` whose events were recorded from `since` (inclusive) to
        `until` (exclusive), oldest first, and the key after which the next page begins. `limit`
        counts rows before the filter."""
        page = self.table.query(
            Query(
                self._pk(webhook_id),
                "#sk BETWEEN :since AND :until",
                {"since": first_since(since), "until": first_since(until), "state": state},
                filter="#state = :state",
                limit=limit,
                after=after,
                consistent=True,
            )
        )
        return [Delivery.model_validate(item) for item in page.items], page.last_key

    def _pk(self, webhook_id: str) -> str:
        return f"{self.workspace}#{webhook_id}"


def _size(logged: Logged) -> int:
    """Return the estimated size of the delivery in a response, in bytes; the stored response bodies
    may need JSON escapes."""
    return 1_000 + sum(len(json.dumps(attempt.model_dump())) for attempt in logged.attempts)
