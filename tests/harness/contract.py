"""What is published of the product: schemas of events, against which every event of every test is
held, and the OpenAPI document, against which every answer is."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator

from outrider.events.feed.packing import PACKED
from outrider.events.models import FeedPosition, RecordedEvent
from outrider.kit import outbox
from outrider.kit.outbox import Event
from tests.harness.document import undocumented
from tools.templates import REPOSITORY, Endpoint

SCHEMAS = {
    path.stem: Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
    for path in sorted((REPOSITORY / "docs" / "events").glob("*.json"))
}

_pack = outbox.pack


def example(name: str) -> dict[str, Any]:
    """The event that the schema gives as an example."""
    found: dict[str, Any] = SCHEMAS[name].schema["examples"][0]
    return found


class Contract:
    """`broken` says what was written or published that no schema allows, `undocumented` what the
    API answered that the OpenAPI document does not say."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.undocumented: list[str] = []

    def begin(self) -> None:
        """A new test: from here on every event that an item carries is looked at."""
        self.broken.clear()
        self.undocumented.clear()
        outbox.pack = self._packed

    def end(self) -> None:
        outbox.pack = _pack
        broken = sorted(set(self.broken))
        assert not broken, "events that are not as docs/events says:\n" + "\n".join(broken)
        strange = sorted(set(self.undocumented))
        assert not strange, "answers that are not as openapi.json says:\n" + "\n".join(strange)

    def answered(self, endpoint: Endpoint, status: int, media: str) -> None:
        """An answer of the API."""
        if strange := undocumented(endpoint, status, media):
            self.undocumented.append(strange)

    def published(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """What rules see. What an event holds was looked at when it was written."""
        if detail_type != PACKED:
            assert detail_type == detail["event"]
            self._hold(detail, "detail")
            return
        self._hold(detail, "packed")
        told = detail["events"]
        assert detail["names"] == sorted({event["event"] for event in told})
        assert {(event["workspace_id"], event["mode"]) for event in told} == {
            (detail["workspace_id"], detail["mode"])
        }, "a rule of one workspace would see the events of another"

    def _packed(self, events: Sequence[Event], names: Mapping[str, Any] | None = None) -> str:
        for event in events:
            recorded = RecordedEvent.of(event, FeedPosition(1, event.created_at))
            self._hold(recorded.model_dump(mode="json"), event.event)
        return _pack(events, names)

    def _hold(self, event: Mapping[str, Any], schema: str) -> None:
        if schema not in SCHEMAS:
            self.broken.append(f"{schema}: there is no such event, or none that may be sent")
            return
        for error in SCHEMAS[schema].iter_errors(event):
            self.broken.append(f"{schema} {error.json_path}: {error.message}")
