"""From a changed item to the feed and the bus, and what a reader of the feed sees."""

from collections.abc import Iterable
from typing import Any

import pytest

from outrider.events.feed.recording import Recorder
from outrider.kit import ids, outbox
from outrider.kit.aws.attributes import encode_item
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.eventbridge import PublishFailed
from outrider.kit.outbox import Event
from tests.harness import stack
from tests.harness.cloud import Cloud
from tests.harness.contract import example
from tests.harness.failures import When
from tests.harness.feed import recorded

SECOND = 1_772_442_000


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def a_workspace(name: str) -> str:
    """The id of one that nobody made."""
    return ids.derived("wsp", name)


def an_event(partition: str, name: str = "contact.created") -> Event:
    """Of another contact each time, and of no lead."""
    data = {key: value for key, value in example(name)["data"].items() if key != "lead_id"}
    data["contact_id"] = ids.new("con")
    return outbox.event(name, partition=partition, actor="engine", request_id="", **data)


def a_record(*events: Event, before: list[Event] | None = None, second: int = 0) -> dict[str, Any]:
    """A stream's record of an item that carries `events`, and carried `before`."""
    new = {"pk": "a", "sk": "b", "number": 1.5, **outbox.attribute(events)}
    images = {"NewImage": encode_item(new)}
    if before is not None:
        images["OldImage"] = encode_item({"pk": "a", "sk": "b", **outbox.attribute(before)})
    return {
        "eventID": ids.new("rec"),
        "eventName": "MODIFY",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/contacts/stream/now",
        "dynamodb": {**images, "ApproximateCreationDateTime": SECOND + second},
    }


def relay(cloud: Cloud, *records: dict[str, Any]) -> None:
    cloud.invoke("events_relay", {"Records": list(records)})


def what(events: Iterable[Event]) -> list[dict[str, Any]]:
    """What tells events apart: each is about another contact."""
    return [event.data for event in events]


def feed(cloud: Cloud, partition: str) -> list[tuple[int, dict[str, Any]]]:
    """Sequence and data of what stands in the feed, in the order of its keys."""
    return [(event.sequence, event.data) for event in recorded(cloud, partition)]


def published(cloud: Cloud) -> list[dict[str, Any]]:
    return [event.data for event in cloud.bus.told]


class TestRelay:
    def test_records_in_order_without_gaps(self, cloud: Cloud) -> None:
        events = [an_event(a_workspace("order")) for _ in range(120)]

        relay(cloud, *[a_record(*events[start : start + 2]) for start in range(0, 120, 2)])

        assert feed(cloud, a_workspace("order")) == list(enumerate(what(events), 1))
        assert sorted(map(str, published(cloud))) == sorted(map(str, what(events)))

    def test_publishes_what_rules_and_receivers_need(self, cloud: Cloud) -> None:
        event = an_event(f"{a_workspace('shape')}~test", "reply.classified")

        relay(cloud, a_record(event))

        (sent,) = cloud.bus.published
        (kept,) = recorded(cloud, f"{a_workspace('shape')}~test")
        assert (sent["source"], sent["detail-type"]) == ("outrider", "reply.classified")
        assert sent["detail"] == {
            "id": kept.id,
            "event": "reply.classified",
            "created_at": event.created_at,
            "recorded_at": event.created_at,
            "workspace_id": a_workspace("shape"),
            "mode": "test",
            "sequence": 1,
            "actor": "engine",
            "request_id": "",
            "data": event.data,
        }

    def test_packs_a_hundred_events_of_messages_into_one_entry(self, cloud: Cloud) -> None:
        workspace = a_workspace("packed")
        names = ["email.sent", "email.delivered", "email.opened", "email.sent"] * 25
        events = [an_event(workspace, name) for name in names]

        relay(cloud, *[a_record(event) for event in events])

        (entry,) = cloud.bus.published
        assert (entry["source"], entry["detail-type"]) == ("outrider", "events.packed")
        assert entry["detail"]["workspace_id"] == workspace
        assert entry["detail"]["names"] == ["email.delivered", "email.opened", "email.sent"]
        assert published(cloud) == what(events)
        assert len(cloud.take("WebhookFanoutQueue")["Records"]) == 1

    @pytest.mark.parametrize(
        ("one_by_one", "singly"),
        [("email.clicked,email.opened", {"email.opened"}), ("*", {"email.sent", "email.opened"})],
    )
    def test_tells_one_by_one_what_the_stack_asks_for(
        self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, one_by_one: str, singly: set[str]
    ) -> None:
        monkeypatch.setitem(stack.PARAMETERS, "EventsOneByOne", one_by_one)
        events = [an_event(a_workspace("singly"), name) for name in ("email.sent", "email.opened")]

        relay(cloud, a_record(*events * 2))

        alone = [
            entry["detail-type"]
            for entry in cloud.bus.published
            if entry["detail-type"] != "events.packed"
        ]
        assert sorted(alone) == sorted(singly)
        assert len(cloud.bus.told) == 2

    def test_counts_each_workspace_and_mode_by_itself(self, cloud: Cloud) -> None:
        partitions = [
            a_workspace("one"),
            a_workspace("two"),
            f"{a_workspace('one')}~test",
            a_workspace("one"),
        ]
        events = [an_event(partition) for partition in partitions]

        relay(cloud, *[a_record(event) for event in events])

        one, two, test, again = what(events)
        assert feed(cloud, a_workspace("one")) == [(1, one), (2, again)]
        assert feed(cloud, a_workspace("two")) == [(1, two)]
        assert feed(cloud, f"{a_workspace('one')}~test") == [(1, test)]
        assert len({event["detail"]["id"] for event in cloud.bus.published}) == 4

    def test_skips_events_of_the_change_before(self, cloud: Cloud) -> None:
        old, new = an_event(a_workspace("old")), an_event(a_workspace("old"))

        relay(cloud, a_record(old, before=[old]), a_record(old, new, before=[old]))

        assert feed(cloud, a_workspace("old")) == [(1, new.data)]

    def test_takes_changes_without_events(self, cloud: Cloud) -> None:
        record = a_record()
        removed = {**record, "dynamodb": {**record["dynamodb"], "NewImage": {"pk": {"S": "a"}}}}

        relay(cloud, a_record(), removed)

        assert cloud.bus.published == []

    def test_publishes_again_with_the_same_id_what_comes_again(self, cloud: Cloud) -> None:
        first, second = (a_record(an_event(a_workspace("again"))) for _ in range(2))
        relay(cloud, first)

        relay(cloud, first, second, first)

        assert [sequence for sequence, _ in feed(cloud, a_workspace("again"))] == [1, 2]
        told = [
            (event["detail"]["id"], event["detail"]["sequence"]) for event in cloud.bus.published
        ]
        assert [sequence for _, sequence in told] == [1, 1, 2]
        assert told[0] == told[1]

    def test_never_goes_back_in_time(self, cloud: Cloud) -> None:
        relay(cloud, a_record(an_event(a_workspace("clock"))))
        cloud.clock.advance(seconds=-30)

        relay(cloud, a_record(an_event(a_workspace("clock"))))

        one, two = recorded(cloud, a_workspace("clock"))
        assert (one.sequence, two.sequence) == (1, 2)
        assert one.recorded_at == two.recorded_at

    def test_lets_events_expire_after_400_days(self, cloud: Cloud) -> None:
        relay(cloud, a_record(an_event(a_workspace("ttl"))))

        batch, entry = (
            found
            for item in cloud.items("events", a_workspace("ttl"))
            if (found := item)["pk"].rpartition("#")[2] not in ("receipts", "ceiling")
        )
        days = (batch["ttl"] - cloud.clock.now.timestamp()) / 86_400
        assert (round(days), entry["ttl"]) == (400, batch["ttl"])

    @pytest.mark.parametrize("deleted", [False, True])
    def test_rises_on_when_all_events_have_expired(self, cloud: Cloud, *, deleted: bool) -> None:
        workspace = a_workspace(f"old {deleted}")
        relay(cloud, a_record(an_event(workspace)))
        cloud.clock.advance(days=400)
        table = Table(cloud.stack.data["EventsTableName"])
        if deleted:
            for item in cloud.items("events", f"{workspace}#feed"):
                table.write(table.delete_action(item["pk"], item["sk"]))

        for _ in range(2):
            relay(cloud, a_record(an_event(workspace)))

        sequences = [sequence for sequence, _ in feed(cloud, workspace)]
        assert sequences[-2:] == [1_000_001, 1_000_002]

    @pytest.mark.parametrize("before", [0, 1])
    def test_looks_again_when_another_relay_was_faster(
        self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, before: int
    ) -> None:
        workspace = a_workspace(f"race {before}")
        for _ in range(before):
            relay(cloud, a_record(an_event(workspace)))
        faster, slower = (an_event(workspace) for _ in range(2))
        look = Recorder._end
        looks = []

        def late(self: Recorder) -> Any:
            seen = look(self)
            looks.append(seen)
            if len(looks) == 1:
                relay(cloud, a_record(faster))
            return seen

        monkeypatch.setattr(Recorder, "_end", late)
        relay(cloud, a_record(slower))

        assert len(looks) == 3
        stands = feed(cloud, workspace)[before:]
        assert stands == [(before + 1, faster.data), (before + 2, slower.data)]

    def test_records_once_what_two_relays_were_given(
        self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A relay that was taken for dead goes on while the next one has its records."""
        records = [a_record(an_event(a_workspace("zombie"))) for _ in range(3)]
        known = Recorder._known
        looks = []

        def late(self: Recorder, changes: Any) -> Any:
            seen = known(self, changes)
            looks.append(seen)
            if len(looks) == 1:
                relay(cloud, *records[:2])
            return seen

        monkeypatch.setattr(Recorder, "_known", late)
        relay(cloud, *records)

        assert [sequence for sequence, _ in feed(cloud, a_workspace("zombie"))] == [1, 2, 3]

    def test_tries_refused_entries_again(self, cloud: Cloud) -> None:
        events = [an_event(a_workspace("refused")) for _ in range(10)]
        cloud.bus.refuse = 15

        relay(cloud, a_record(*events))

        assert len({event["detail"]["id"] for event in cloud.bus.published}) == 10

    def test_fails_the_batch_when_the_bus_takes_nothing(self, cloud: Cloud) -> None:
        cloud.bus.refuse = 1_000

        with pytest.raises(PublishFailed):
            relay(cloud, a_record(an_event(a_workspace("down"))))

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_loses_and_repeats_nothing_wherever_it_dies(
        self, cloud: Cloud, when: When, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("outrider.events.feed.recording.EVENTS_AT_ONCE", 2)
        one, two = a_workspace(f"crash {when}"), a_workspace(f"other {when}")
        everything: list[Event] = []
        for call in range(1, 100):
            events = [
                an_event(partition, name)
                for partition in (one, two, one)
                for name in ("contact.created", "email.sent") * 2
            ]
            batch = [a_record(event) for event in events]
            with cloud.wire.crash_at(call, when) as died:
                relay(cloud, *batch)
            if not died():
                break
            relay(cloud, *batch)
            relay(cloud, *batch)
            everything += events

        assert call > 12
        for partition in (one, two):
            told = [event for event in everything if event.partition == partition]
            stands = feed(cloud, partition)[: len(told)]
            assert [sequence for sequence, _ in stands] == list(range(1, len(told) + 1))
            assert [data for _, data in stands] == what(told)
        for event in everything:
            assert event.data in published(cloud)
