"""Listing events that the relay recorded."""

import pytest

from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.test_relay import a_record, an_event, relay


class TestListEvents:
    def test_gives_what_happened_oldest_first(self, api: Api, cloud: Cloud) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"})
        cloud.drain()

        page = api.get("/v1/events?type=contact.created").json

        (event,) = page["data"]
        assert event.pop("id").startswith("evt_")
        assert event.pop("actor").startswith("key:key_")
        assert event.pop("created_at") <= event.pop("recorded_at")
        assert event == {
            "event": "contact.created",
            "workspace_id": api.workspace().id,
            "mode": "live",
            "sequence": 2,
            "request_id": contact.headers["X-Request-Id"],
            "data": {"contact_id": contact.json["id"]},
        }

    def test_asks_the_database_once(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", {"email": "ada@example.com"})
        cloud.drain()

        answer = api.get("/v1/events")

        assert [str(call) for call in answer.calls] == ["dynamodb UpdateItem", "dynamodb Query"]

    def test_is_empty_before_anything_happened(self, api: Api) -> None:
        assert api.get("/v1/events").json == {
            "object": "list",
            "data": [],
            "has_more": False,
            "next_cursor": None,
        }

    def test_goes_on_from_a_cursor_whenever_more_happens(self, api: Api, cloud: Cloud) -> None:
        acme = api.workspace().id
        relay(cloud, *[a_record(an_event(acme)) for _ in range(5)])
        seen: list[int] = []

        first = api.get("/v1/events?limit=3")
        second = self._next(api, first, "limit=3")
        idle = self._next(api, second)
        relay(cloud, a_record(an_event(acme)))
        third = self._next(api, idle)

        for answer in (first, second, idle, third):
            seen += [event["sequence"] for event in answer.json["data"]]
        assert seen == [1, 2, 3, 4, 5, 6]
        assert [page.json["has_more"] for page in (first, second, idle, third)] == [
            True,
            False,
            False,
            False,
        ]

    def test_gives_every_event_of_a_type_however_few_they_are(self, api: Api, cloud: Cloud) -> None:
        acme = api.workspace().id
        names = ["task.due" if number % 50 == 49 else "email.sent" for number in range(300)]
        relay(cloud, *[a_record(an_event(acme, name)) for name in names])

        first = api.get("/v1/events?type=task.due&limit=4")
        second = self._next(api, first, "type=task.due&limit=4")

        sequences = [event["sequence"] for event in first.json["data"] + second.json["data"]]
        assert sequences == [50, 100, 150, 200, 250, 300]
        assert (first.json["has_more"], second.json["has_more"]) == (True, False)

    def test_looks_at_a_bounded_number_of_events(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("outrider.events.service._LOOKED_AT", 40)
        acme = api.workspace().id
        names = ["email.sent"] * 45 + ["task.due"]
        relay(cloud, *[a_record(an_event(acme, name)) for name in names])

        first = api.get("/v1/events?type=task.due")
        second = self._next(api, first, "type=task.due")

        assert (first.json["data"], first.json["has_more"], len(first.calls)) == ([], True, 2)
        assert [event["sequence"] for event in second.json["data"]] == [46]

    def test_gives_a_span_of_time(self, api: Api, cloud: Cloud) -> None:
        acme = api.workspace().id
        for _ in range(4):
            relay(cloud, a_record(an_event(acme)))
            cloud.clock.advance(seconds=10)

        page = api.get("/v1/events?since=2026-03-02T09:00:10Z&until=2026-03-02T09:00:30Z")

        assert [event["sequence"] for event in page.json["data"]] == [2, 3]
        assert page.json["has_more"] is False

    def test_refuses_a_cursor_of_another_question(self, api: Api, cloud: Cloud) -> None:
        relay(cloud, a_record(an_event(api.workspace().id)))

        answer = self._next(api, api.get("/v1/events"), "type=task.due")

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")

    def test_shows_each_workspace_and_mode_its_own(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", {"email": "ada@example.com"}, mode="test")
        api.workspace("globex")
        cloud.drain()

        elsewhere = api.get("/v1/events?type=contact.created", workspace="globex").json["data"]
        live = api.get("/v1/events?type=contact.created").json["data"]
        sandbox = api.get("/v1/events?type=contact.created", mode="test").json["data"]

        assert (elsewhere, live, [event["mode"] for event in sandbox]) == ([], [], ["test"])

    def test_needs_its_scope(self, api: Api) -> None:
        answer = api.get("/v1/events", key=api.key("contacts:read"))

        assert (answer.status, answer.json["code"]) == (403, "SCOPE_DENIED")

    @staticmethod
    def _next(api: Api, page: Answer, query: str = "") -> Answer:
        return api.get(f"/v1/events?cursor={page.json['next_cursor']}&{query}".rstrip("&"))
