from typing import Any

import pytest

from outrider.kit import json
from outrider.kit.aws import clients
from outrider.kit.aws.eventbridge import Bus, BusEvent, PublishFailed


class Events:
    """EventBridge that refuses the entries with these names, a given number of times each."""

    def __init__(self, refusals: dict[str, int]) -> None:
        self.batches: list[list[str]] = []
        self._refusals = refusals

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        self.batches.append([entry["DetailType"] for entry in Entries])
        results = [self._result(entry["DetailType"]) for entry in Entries]
        failed = sum("ErrorCode" in result for result in results)
        return {"FailedEntryCount": failed, "Entries": results}

    def _result(self, name: str) -> dict[str, str]:
        if self._refusals.get(name, 0):
            self._refusals[name] -= 1
            return {"ErrorCode": "ThrottlingException"}
        return {"EventId": name}


@pytest.fixture
def refusals() -> dict[str, int]:
    return {}


@pytest.fixture
def events(refusals: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> Events:
    events = Events(refusals)
    monkeypatch.setattr(clients, "client", {"events": events}.__getitem__)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return events


def notices(*names: str) -> list[BusEvent]:
    return [BusEvent(name, {"name": name}) for name in names]


class TestPublish:
    def test_puts_ten_a_call(self, events: Events) -> None:
        Bus("outrider").publish(notices(*"abcdefghijkl"))

        assert sorted(events.batches) == [list("abcdefghij"), list("kl")]

    def test_puts_fewer_when_they_are_large(self, events: Events) -> None:
        large = [BusEvent(name, {"text": "x" * 100_000}) for name in "abc"]

        Bus("outrider").publish(large)

        assert sorted(events.batches) == [["a", "b"], ["c"]]

    def test_tries_only_refused_entries_again(
        self, events: Events, refusals: dict[str, int]
    ) -> None:
        refusals |= {"b": 1, "c": 2}

        Bus("outrider").publish(notices("a", "b", "c"))

        assert events.batches == [["a", "b", "c"], ["b", "c"], ["c"]]

    def test_raises_when_an_entry_is_refused_again_and_again(
        self, events: Events, refusals: dict[str, int]
    ) -> None:
        refusals["b"] = 100

        with pytest.raises(PublishFailed, match="1 events were refused: ThrottlingException"):
            Bus("outrider").publish(notices("a", "b"))

        assert events.batches == [["a", "b"], ["b"], ["b"], ["b"]]

    def test_says_whose_events_they_are(self, monkeypatch: pytest.MonkeyPatch) -> None:
        put: list[dict[str, str]] = []

        class Recording(Events):
            def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
                put.extend(Entries)
                return super().put_events(Entries)

        monkeypatch.setattr(clients, "client", {"events": Recording({})}.__getitem__)

        Bus("outrider").publish(notices("contact.created"))

        (entry,) = put
        assert json.loads(entry.pop("Detail")) == {"name": "contact.created"}
        assert entry == {
            "Source": "outrider",
            "DetailType": "contact.created",
            "EventBusName": "outrider",
        }
