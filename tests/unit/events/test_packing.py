import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.events.catalogue import HIGH_VOLUME, NAMES
from outrider.events.feed.packing import PACKED, bus_entries, recorded_events
from outrider.events.models import FeedPosition, RecordedEvent
from outrider.kit import ids, json, outbox
from outrider.kit.aws.eventbridge import BusEvent
from tests.harness.contract import SCHEMAS, example
from tools import templates

BILLED = 64 * 1024
WORKSPACES = [ids.derived("wsp", "acme"), ids.derived("wsp", "acme") + "~test"]


def an_event(name: str, partition: str, sequence: int, **more: str) -> RecordedEvent:
    """An event that names no lead, unless `more` does."""
    data = {key: value for key, value in example(name)["data"].items() if key != "lead_id"} | more
    event = outbox.event(name, partition=partition, actor="engine", request_id="", **data)
    return RecordedEvent.of(event, FeedPosition(sequence, "2026-03-02T09:00:00.000Z"))


def as_entry(notice: BusEvent) -> dict[str, object]:
    """As a rule's target gets it."""
    entry = {
        "version": "0",
        "id": "d52eaf59-5e26-4b7c-897b-5f741c5a490e",
        "detail-type": notice.name,
        "source": "outrider",
        "account": "123456789012",
        "time": "2026-03-02T09:00:00Z",
        "region": "ap-southeast-1",
        "resources": [],
        "detail": notice.detail,
    }
    decoded: dict[str, object] = json.loads(json.dumps(entry))
    return decoded


class TestNotices:
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["contact.created", *sorted(HIGH_VOLUME)]),
                st.sampled_from(WORKSPACES),
                st.integers(0, 30_000),
            )
        ),
        st.sampled_from([frozenset(), frozenset({"email.sent"}), frozenset({"*"})]),
    )
    def test_tell_every_event_once_in_what_is_billed_once(
        self, drawn: list[tuple[str, str, int]], one_by_one: frozenset[str]
    ) -> None:
        events = [
            an_event(name, partition, sequence, url="x" * size)
            for sequence, (name, partition, size) in enumerate(drawn, 1)
        ]

        entries = [as_entry(notice) for notice in bus_entries(events, one_by_one)]

        all_told = [event for entry in entries for event in recorded_events(entry)]
        assert sorted(all_told, key=lambda event: event.sequence) == events
        for entry in entries:
            together = recorded_events(entry)
            assert len({event.workspace for event in together}) == 1
            assert len(json.dumps(entry)) <= BILLED
            packed = {event.event for event in together if entry["detail-type"] == PACKED}
            assert packed <= HIGH_VOLUME - one_by_one
            assert not packed or "*" not in one_by_one

    def test_have_those_of_leads_apart(self) -> None:
        lead = {"lead_id": ids.derived("led", "1")}
        events = [
            an_event("email.sent", WORKSPACES[0], number, **(lead if number % 2 else {}))
            for number in range(10)
        ]

        others, of_leads = sorted(bus_entries(events), key=lambda each: each.detail["of_leads"])

        assert [each.detail["of_leads"] for each in (others, of_leads)] == [False, True]
        for notice in (others, of_leads):
            SCHEMAS["packed"].validate(notice.detail)
            told = recorded_events(as_entry(notice))
            assert {"lead_id" in event.data for event in told} == {notice.detail["of_leads"]}
            assert len(told) == 5

    def test_have_a_hundred_mails_in_one(self) -> None:
        events = [an_event("email.sent", WORKSPACES[0], number) for number in range(100)]

        (notice,) = bus_entries(events)

        assert len(json.dumps(as_entry(notice))) <= BILLED
        SCHEMAS["packed"].validate(notice.detail)


class TestSchema:
    def test_takes_its_example(self) -> None:
        (given_example,) = SCHEMAS["packed"].schema["examples"]

        SCHEMAS["packed"].validate(given_example)
        for event in given_example["events"]:
            SCHEMAS[event["event"]].validate(event)


class TestParameter:
    PATTERN = templates.main()["Parameters"]["EventsOneByOne"]["AllowedPattern"]

    @pytest.mark.parametrize("name", NAMES)
    def test_takes_what_may_be_packed(self, name: str) -> None:
        for value in (name, f"{name},email.sent"):
            assert bool(re.fullmatch(self.PATTERN, value)) is (name in HIGH_VOLUME)

    @pytest.mark.parametrize(
        ("value", "taken"), [("", True), ("*", True), ("email.*", False), ("email.sent,", False)]
    )
    def test_takes_nothing_or_everything(self, value: str, *, taken: bool) -> None:
        assert bool(re.fullmatch(self.PATTERN, value)) is taken
