"""Imports that are looked at before anything is written."""

from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud
from tests.integration.importing import contacts, imported, prepared

FILE = """Report;May
E-Mail;Vorname;Zeitzone;Abgemeldet
ada@example.com;Ada;europe/berlin;nein
grace@example.com;Grace;Mars;ja
;Nobody;;
ADA@example.com;Again;;
alan@example.com;Alan;;vielleicht
"""


class TestPreview:
    def test_shows_what_would_be(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", {"email": "grace@example.com"})
        importing = imported(api, cloud, FILE, confirm=True)

        shown = api.post(f"/v1/imports/{importing.id}/preview", {}).json

        fields = {column["column"]: column["field"] for column in shown["columns"]}
        assert fields == {
            "E-Mail": "email",
            "Vorname": "first_name",
            "Zeitzone": "timezone",
            "Abgemeldet": "unsubscribed",
        }
        assert [(row["line"], row["result"]) for row in shown["rows"]] == [
            (3, "created"), (4, "updated"), (5, "failed"), (6, "skipped"), (7, "failed"),
        ]  # fmt: skip
        assert shown["rows"][0]["fields"]["timezone"] == "Europe/Berlin"
        assert shown["rows"][1]["fields"]["status"] == "unsubscribed"
        assert {each["kind"]: (each["count"], each["line"]) for each in shown["problems"]} == {
            "put_aside": (1, 4),
            "email": (1, 5),
            "duplicate": (1, 6),
            "unreadable": (1, 7),
        }
        assert shown["stops"] == {"unsubscribed": 1, "bounced": 0}
        assert (shown["rows_checked"], shown["complete"]) == (5, True)
        assert any("'Abgemeldet'" in warning for warning in shown["warnings"])
        assert contacts(api)["grace@example.com"]["status"] == "new"

    def test_shows_which_companies_are_there(self, api: Api, cloud: Cloud) -> None:
        acme = api.post("/v1/companies", {"domain": "acme.example", "name": "Acme"}).json["id"]
        importing = imported(
            api,
            cloud,
            "Domain,Industry\nacme.example,Anvils\nnew.example,Rockets\n",
            kind="companies",
            duplicates="update",
            confirm=True,
        )

        shown = api.post(f"/v1/imports/{importing.id}/preview", {}).json

        assert [(row["result"], row["id"]) for row in shown["rows"]] == [
            ("updated", acme),
            ("created", None),
        ]
        assert api.get(f"/v1/companies/{acme}").json["industry"] is None

    def test_tries_another_mapping(self, api: Api, cloud: Cloud) -> None:
        importing = imported(api, cloud, FILE, confirm=True)
        path = f"/v1/imports/{importing.id}/preview"

        shown = api.post(path, {"mapping": {"Vorname": "last_name"}}).json
        refused = api.post(path, {"mapping": {"Vorname": "surname"}})
        missing = api.post(path, {"mapping": {"Nothing": "last_name"}})

        assert shown["rows"][0]["fields"]["last_name"] == "Ada"
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/mapping")
        assert (missing.status, "'Nothing'" in missing.json["detail"]) == (409, True)

    def test_needs_a_file(self, api: Api, cloud: Cloud) -> None:
        importing = prepared(api, cloud, confirm=True)

        answer = api.post(f"/v1/imports/{importing.id}/preview", {})

        assert (answer.status, "not uploaded yet" in answer.json["detail"]) == (409, True)

    def test_of_json_lines(self, api: Api, cloud: Cloud) -> None:
        importing = imported(
            api, cloud, '{"email": "a@x.example"}\nx\n', format="jsonl", confirm=True
        )

        shown = api.post(f"/v1/imports/{importing.id}/preview", {}).json

        assert [row["result"] for row in shown["rows"]] == ["created", "failed"]
        assert [column["field"] for column in shown["columns"]] == ["email"]


class TestConfirm:
    def test_writes_nothing_before(self, api: Api, cloud: Cloud) -> None:
        importing = prepared(api, cloud, confirm=True).upload(FILE)

        cloud.drain()

        assert importing.state["status"] == "awaiting_confirmation"
        assert contacts(api) == {}
        (told,) = api.get("/v1/events?type=import.awaiting_confirmation").json["data"]
        assert told["data"]["expires_at"] == importing.state["expires_at"]

    def test_goes_on(self, api: Api, cloud: Cloud) -> None:
        importing = prepared(api, cloud, confirm=True).upload(FILE)
        cloud.drain()
        path = f"/v1/imports/{importing.id}/confirm"

        answers = [api.post(path, {"mapping": {"Vorname": "last_name"}}) for _ in range(2)]
        cloud.drain()

        assert [answer.status for answer in answers] == [202, 202]
        assert importing.state["status"] == "completed"
        found = contacts(api)
        assert found["ada@example.com"]["last_name"] == "Ada"
        assert found["grace@example.com"]["status"] == "unsubscribed"
        assert found["grace@example.com"]["custom"] == {"Zeitzone": "Mars"}
        assert api.post(path, {}).json["status"] == "completed"

    def test_can_be_called_off(self, api: Api, cloud: Cloud) -> None:
        importing = imported(api, cloud, FILE, confirm=True)

        state = importing.reverted()

        assert state["status"] == "reverted"
        assert api.post(f"/v1/imports/{importing.id}/confirm", {}).status == 409

    def test_expires(self, api: Api, cloud: Cloud, clock: Clock) -> None:
        importing = imported(api, cloud, FILE, confirm=True)

        clock.advance(days=7, seconds=1)

        answer = api.post(f"/v1/imports/{importing.id}/confirm", {})
        assert (answer.status, "expired" in answer.json["detail"]) == (409, True)
        assert importing.state["status"] == "expired"
        assert api.post(f"/v1/imports/{importing.id}/preview", {}).status == 409

    @pytest.mark.parametrize("options", [{}, {"confirm": True}])
    def test_is_for_what_waits_for_it(self, api: Api, cloud: Cloud, options: Any) -> None:
        importing = prepared(api, cloud, **options)

        assert api.post(f"/v1/imports/{importing.id}/confirm", {}).status == 409
