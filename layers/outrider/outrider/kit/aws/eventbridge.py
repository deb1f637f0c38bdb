"""EventBridge event bus."""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.kit import json, parallel
from outrider.kit.aws import clients

SOURCE = "outrider"
_ATTEMPTS = 4
"""Calls for entries that EventBridge refuses; the caller is a worker, whose records are delivered
again."""
_BATCH = 10
_BATCH_BYTES = 240_000
"""Bytes of `Detail` in one call, below the 256 KB limit of PutEvents, which also counts other
fields."""


class PublishFailed(Exception):
    """The event bus rejected some events after all retries; it accepted the others."""


@dataclass(frozen=True, slots=True)
class BusEvent:
    """An event as rules match it: `name` is the detail-type."""

    name: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bus:
    """An event bus, by name."""

    name: str

    def publish(self, notices: Sequence[BusEvent]) -> None:
        """Publish all events, ten per call, with concurrent calls: the bus does not preserve order.
        Rejected entries are retried with jitter.

        Raises PublishFailed.
        """
        entries = [
            {
                "Source": SOURCE,
                "DetailType": notice.name,
                "Detail": json.dumps_text(notice.detail),
                "EventBusName": self.name,
            }
            for notice in notices
        ]
        parallel.each(self._put, list(_batches(entries)))

    def _put(self, entries: list[dict[str, str]]) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            answer = clients.client("events").put_events(Entries=entries)
            if not answer["FailedEntryCount"]:
                return
            results = list(zip(entries, answer["Entries"], strict=True))
            entries = [entry for entry, result in results if "ErrorCode" in result]
            codes = {result["ErrorCode"] for _, result in results if "ErrorCode" in result}
            if attempt < _ATTEMPTS:
                time.sleep(secrets.randbelow(50 * 2**attempt) / 1000)
        raise PublishFailed(f"{len(entries)} events were refused: {', '.join(sorted(codes))}")


def _batches(entries: Sequence[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    batch: list[dict[str, str]] = []
    size = 0
    for entry in entries:
        weight = len(entry["Detail"].encode())
        if batch and (len(batch) == _BATCH or size + weight > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += weight
    if batch:
        yield batch
