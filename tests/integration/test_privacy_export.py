"""Export of all that is stored about a contact."""

from typing import Any

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.test_privacy import PERSON, _parts, created, written_to


class TestExport:
    def test_shows_what_is_held(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        written_to(api, contact_id)
        cloud.run(hours=1)
        body = {"address": PERSON["email"], "reason": "manual"}
        suppression = api.post("/v1/suppressions", body).json
        cloud.drain()

        first, second = _parts(api, f"/v1/contacts/{contact_id}/export")

        assert first["contact"] == api.get(f"/v1/contacts/{contact_id}").json
        assert first["suppressions"] == [suppression]
        assert [each["contact_id"] for each in first["enrollments"]] == [contact_id]
        (message,) = first["messages"]
        assert message["subject"] == "A question, Grace"
        assert message["text"].startswith("Hi Grace\n")
        timeline = api.get(f"/v1/contacts/{contact_id}/timeline").json["data"]
        told = [event["id"] for event in timeline if event["id"]]
        assert [event["id"] for event in second["events"]] == told
        assert (len(timeline), len(told)) == (3, 2)

    def test_comes_in_parts(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        written_to(api, contact_id)
        cloud.run(hours=5)
        path = f"/v1/contacts/{contact_id}/export"
        whole = _parts(api, path)

        parts = _parts(api, f"{path}?limit=1")

        assert len(parts) > len(whole)
        for store in ("enrollments", "events"):
            assert _joined(parts, store) == _joined(whole, store)
        by_age = sorted(_joined(parts, "messages"), key=lambda message: message["created_at"])
        assert by_age == _joined(whole, "messages")
        assert all(len(part["events"]) <= 1 for part in parts)
        assert [part["contact"] is not None for part in parts].count(True) == 1

    def test_has_what_went_into_the_contact(self, api: Api, cloud: Cloud) -> None:
        loser = created(api)
        written_to(api, loser)
        cloud.run(hours=1)
        winner = created(api, email="amazing@navy.example")
        api.post("/v1/contacts/merge", {"winner_id": winner, "loser_ids": [loser]})

        parts = _parts(api, f"/v1/contacts/{winner}/export")

        assert [each["contact_id"] for each in _joined(parts, "messages")] == [loser]
        assert [each["contact_id"] for each in _joined(parts, "enrollments")] == [loser]

    def test_has_what_is_left_of_a_contact_that_is_gone(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        api.delete(f"/v1/contacts/{contact_id}")
        cloud.drain()

        export = api.get(f"/v1/contacts/{contact_id}/export").json

        assert export["contact"] is None
        assert [each["event"] for each in export["events"]] == [
            "contact.deleted",
            "contact.created",
        ]


def _joined(parts: list[dict[str, Any]], store: str) -> list[dict[str, Any]]:
    return [each for part in parts for each in part[store]]
