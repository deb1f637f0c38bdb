"""Contacts are changed where a caller says so and nowhere else, at the version it has seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from typing import Any

import pytest

from outrider.contacts.repository import ContactRepository
from outrider.kit.attempts import MOST
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When
from tests.integration.people import ADA, create

NEW = "ada@new.example"
FULL: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "title": "CTO",
    "company": "Engines",
    "linkedin_url": "https://linkedin.example/ada",
    "phone": "+44 20",
    "country": "GB",
    "timezone": "Europe/London",
    "folder_id": "folder",
    "tags": ["a", "b"],
    "custom": {"seats": 3},
    "fit_score": 0.5,
    "source": "fair",
}
OTHER: dict[str, Any] = {
    "email": NEW,
    "first_name": "Grace",
    "last_name": "Hopper",
    "title": "Admiral",
    "company": "Navy",
    "linkedin_url": "https://linkedin.example/grace",
    "phone": "+1 212",
    "country": "US",
    "timezone": "America/New_York",
    "folder_id": "drawer",
    "tags": ["c"],
    "custom": {"nested": {"ratio": 0.25, "none": None}},
    "fit_score": 1,
    "source": "call",
    "status": "interested",
}
EMPTY: dict[str, Any] = {"tags": [], "custom": {}}

every_method = pytest.mark.parametrize("method", ["PATCH", "PUT"])


def change(api: Api, contact: dict[str, Any], *, version: str | None = None, **body: Any) -> Answer:
    headers = {"if-match": version} if version is not None else {}
    return api.patch(f"/v1/contacts/{contact['id']}", body, headers=headers)


def read(api: Api, contact: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/v1/contacts/{contact['id']}").json
    return found


def claims(cloud: Cloud, api: Api) -> dict[str, str]:
    """The owner of each claimed address."""
    items = cloud.items("contacts", f"{api.workspace().id}#email")
    return {item["sk"]: item["contact_id"] for item in items}


def changed_fields(cloud: Cloud) -> list[list[str]]:
    cloud.drain()
    return [
        event["detail"]["data"]["changed"]
        for event in cloud.bus.published
        if event["detail-type"] == "contact.updated"
    ]


@contextmanager
def meanwhile(monkeypatch: pytest.MonkeyPatch, *happenings: Any) -> Iterator[None]:
    """Each happens behind a read of a contact and its claim, before what is written then."""
    reading, waiting = ContactRepository.with_owner, list(happenings)

    def read_then(self: ContactRepository, contact_id: str, address: str) -> Any:
        found = reading(self, contact_id, address)
        if waiting:
            waiting.pop(0)()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(ContactRepository, "with_owner", read_then)
        yield


class TestUpdate:
    @every_method
    @pytest.mark.parametrize("field", OTHER)
    def test_changes_what_is_given_and_nothing_else(
        self, api: Api, cloud: Cloud, method: str, field: str
    ) -> None:
        created = create(api, **FULL)

        answer = api.request(method, f"/v1/contacts/{created['id']}", {field: OTHER[field]})

        after = answer.json
        assert (answer.status, after) == (200, read(api, created))
        names = {"first_name": "Grace Lovelace", "last_name": "Ada Hopper"}
        assert after == {
            **created,
            field: OTHER[field],
            "full_name": names.get(field, "Ada Lovelace"),
            "version": 2,
            "updated_at": after["updated_at"],
        }
        assert after["updated_at"] > created["updated_at"]
        assert changed_fields(cloud) == [[field]]

    @pytest.mark.parametrize(
        "fields", list(combinations(["email", "status", "title", "custom"], 3))
    )
    def test_changes_several_at_once(self, api: Api, cloud: Cloud, fields: tuple[str, ...]) -> None:
        created = create(api, **FULL)
        body = {field: OTHER[field] for field in fields}

        after = change(api, created, **body).json

        expected = {**created, **body, "version": 2, "updated_at": after["updated_at"]}
        assert after == read(api, created) == expected
        assert changed_fields(cloud) == [sorted(fields)]

    @pytest.mark.parametrize("also", [{}, {"email": NEW}])
    @pytest.mark.parametrize("field", FULL)
    def test_clears_what_is_null(self, api: Api, field: str, also: dict[str, str]) -> None:
        created = create(api, **FULL)

        after = change(api, created, **{field: None}, **also).json

        assert after == read(api, created)
        assert after[field] == EMPTY.get(field)
        kept = created.keys() - {field, "full_name", "version", "updated_at", *also}
        assert {name: after[name] for name in kept} == {name: created[name] for name in kept}

    @pytest.mark.parametrize("also", [{}, {"email": NEW}])
    def test_moves_the_contact_in_the_lists_by_status(self, api: Api, also: dict[str, str]) -> None:
        created = create(api)

        change(api, created, status="bounced", **also)

        listed = {
            status: [each["id"] for each in api.get(f"/v1/contacts?status={status}").json["data"]]
            for status in ("new", "bounced")
        }
        assert listed == {"new": [], "bounced": [created["id"]]}

    @every_method
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, ""),
            ({"email": None}, "/email"),
            ({"email": "ada"}, "/email"),
            ({"status": None}, "/status"),
            ({"status": "gone"}, "/status"),
            ({"fit_score": 2}, "/fit_score"),
            ({"timezone": "Mars/Olympus"}, "/timezone"),
            *(
                ({name: None}, f"/{name}")
                for name in (
                    "id", "company_pinned", "verified", "verification", "full_name", "created_at",
                    "updated_at", "last_contacted_at", "last_replied_at", "version", "upsert",
                )
            ),
        ],
    )  # fmt: skip
    def test_refuses_what_cannot_be_changed(
        self, api: Api, cloud: Cloud, method: str, body: dict[str, Any], pointer: str
    ) -> None:
        created = create(api)

        with cloud.writes() as written:
            answer = api.request(method, f"/v1/contacts/{created['id']}", body)

        assert (answer.status, answer.json["code"], written) == (422, "VALIDATION_ERROR", [])
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]

    @pytest.mark.parametrize("body", [{"title": "CTO"}, {"email": NEW}])
    def test_does_not_bring_back_the_deleted(
        self, api: Api, cloud: Cloud, body: dict[str, str]
    ) -> None:
        created = create(api)
        api.delete(f"/v1/contacts/{created['id']}")

        answer = change(api, created, **body)

        assert (answer.status, answer.json["code"]) == (404, "RESOURCE_NOT_FOUND")
        cloud.drain()
        assert claims(cloud, api) == {}


class TestIfMatch:
    def test_is_told_by_every_answer_with_one_contact(self, api: Api) -> None:
        created = api.post("/v1/contacts", {"email": ADA})
        path = f"/v1/contacts/{created.json['id']}"

        answers = [
            created,
            api.get(path),
            api.patch(path, {"title": "CTO"}),
            api.put(path, {"email": NEW}),
        ]

        assert [answer.headers["ETag"] for answer in answers] == ['"1"', '"1"', '"2"', '"3"']
        assert "ETag" not in api.get("/v1/contacts").headers
        assert "ETag" not in api.post("/v1/contacts", {"contacts": [{"email": ADA}]}).headers

    @pytest.mark.parametrize("version", ['"1"', "1", " 1 ", "*"])
    @pytest.mark.parametrize(
        "body", [{"title": "CTO"}, {"email": NEW}, {"email": ADA, "title": "x"}]
    )
    def test_lets_the_version_it_names_through(
        self, api: Api, version: str, body: dict[str, str]
    ) -> None:
        answer = change(api, create(api), version=version, **body)

        assert (answer.status, answer.json["version"]) == (200, 2)

    @pytest.mark.parametrize("version", ['"1"', "3"])
    @pytest.mark.parametrize("body", [{"title": "CTO"}, {"email": NEW}, {"email": ADA}])
    def test_refuses_another_and_names_the_current(
        self, api: Api, cloud: Cloud, version: str, body: dict[str, str]
    ) -> None:
        created = create(api)
        current = change(api, created, title="CEO").json

        with cloud.writes() as written:
            answer = change(api, created, version=version, **body)

        assert (answer.status, answer.json["code"]) == (412, "PRECONDITION_FAILED")
        assert "version 2" in answer.json["detail"]
        assert (read(api, created), written) == (current, [])

    @pytest.mark.parametrize(
        "version",
        ["", '"', '"1', '1"', '""', "0", "-1", "1.5", "one", 'W/"1"', '"1", "2"', "1" * 19],
    )
    def test_refuses_what_is_no_version(self, api: Api, cloud: Cloud, version: str) -> None:
        created = create(api)

        with cloud.writes() as written:
            answer = change(api, created, version=version, title="CTO")

        assert (answer.status, answer.json["code"], written) == (422, "VALIDATION_ERROR", [])
        assert [error["pointer"] for error in answer.json["errors"]] == ["/headers/if-match"]


class TestNewAddress:
    def test_moves_the_claim(self, api: Api, cloud: Cloud) -> None:
        created = create(api)

        after = change(api, created, email="ada@NEW.example").json

        assert after["email"] == NEW
        assert claims(cloud, api) == {NEW: created["id"]}
        assert create(api)["id"] != created["id"]

    def test_refuses_a_taken_one_and_names_its_contact(self, api: Api, cloud: Cloud) -> None:
        created, other = create(api), create(api, NEW)

        with cloud.writes() as written:
            answer = change(api, created, email=NEW, title="CTO")

        assert (answer.status, answer.json["code"]) == (409, "DUPLICATE_RESOURCE")
        assert other["id"] in answer.json["detail"]
        assert (read(api, created), written) == (created, [])

    def test_takes_over_what_a_deleted_contact_left(self, api: Api, cloud: Cloud) -> None:
        created, old = create(api), create(api, NEW)
        api.delete(f"/v1/contacts/{old['id']}")

        answer = change(api, created, email=NEW)
        cloud.drain()

        assert answer.status == 200
        assert claims(cloud, api) == {NEW: created["id"]}

    def test_may_be_the_one_it_has(self, api: Api, cloud: Cloud) -> None:
        created = create(api)

        with cloud.writes() as written:
            same = change(api, created, email=ADA)
        after = change(api, created, email=ADA, title="CTO").json

        assert (same.status, same.json, written) == (200, created, [])
        assert (after["title"], after["version"]) == ("CTO", 2)
        assert changed_fields(cloud) == [["title"]]

    def test_is_tried_again_when_the_contact_changed_meanwhile(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        created = create(api)

        with meanwhile(monkeypatch, lambda: change(api, created, title="CTO")):
            after = change(api, created, email=NEW).json

        assert (after["email"], after["title"], after["version"]) == (NEW, "CTO", 3)
        assert (read(api, created), claims(cloud, api)) == (after, {NEW: created["id"]})

    def test_is_refused_when_the_version_asked_for_is_over_meanwhile(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        created = create(api)

        with meanwhile(monkeypatch, lambda: change(api, created, title="CTO")):
            answer = change(api, created, version="1", email=NEW)

        assert (answer.status, answer.json["code"]) == (412, "PRECONDITION_FAILED")
        assert claims(cloud, api) == {ADA: created["id"]}

    def test_is_refused_when_it_is_taken_meanwhile(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        created = create(api)

        with meanwhile(monkeypatch, lambda: create(api, NEW)):
            answer = change(api, created, email=NEW)

        assert (answer.status, answer.json["code"]) == (409, "DUPLICATE_RESOURCE")
        assert claims(cloud, api)[ADA] == created["id"]

    def test_is_given_up_when_others_keep_changing_the_contact(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        created = create(api)
        changing = [lambda: change(api, created, title="CTO")] * MOST

        with meanwhile(monkeypatch, *changing):
            answer = change(api, created, email=NEW)

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert claims(cloud, api) == {ADA: created["id"]}

    @pytest.mark.parametrize("rows", [False, True])
    def test_is_not_upserted_into_by_its_former_one(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, rows: bool
    ) -> None:
        created = create(api)
        name = "get_many" if rows else "get"
        reading = getattr(ContactRepository, name)

        def left_before(self: ContactRepository, wanted: Any) -> Any:
            monkeypatch.setattr(ContactRepository, name, reading)
            change(api, created, email=NEW)
            return reading(self, wanted)

        monkeypatch.setattr(ContactRepository, name, left_before)
        row = {"email": ADA, "title": "CTO"}
        answer = api.post(
            "/v1/contacts", {"upsert": True, **({"contacts": [row]} if rows else row)}
        )

        made = answer.json["results"][0] if rows else answer.json
        assert made["id"] != created["id"]
        assert read(api, created)["title"] is None
        assert (read(api, made)["email"], read(api, created)["email"]) == (ADA, NEW)


class TestCrash:
    @pytest.mark.parametrize("left", [False, True])
    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("number", [1, 2, 3, 4])
    def test_of_a_new_address_is_repaired_by_sending_it_again(
        self, api: Api, cloud: Cloud, number: int, when: When, left: bool
    ) -> None:
        created = create(api)
        if left:
            api.delete(f"/v1/contacts/{create(api, NEW)['id']}")

        with cloud.wire.crash_at(number, when) as crashed:
            change(api, created, email=NEW, title="CTO")
        between = read(api, created)
        held = [address for address, owner in claims(cloud, api).items() if owner == created["id"]]
        again = change(api, created, email=NEW, title="CTO")
        cloud.drain()

        assert crashed() is (left or number < 4)
        assert held == [between["email"]]
        assert (again.status, again.json["email"], again.json["title"]) == (200, NEW, "CTO")
        assert claims(cloud, api) == {NEW: created["id"]}

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        created = create(api)
        api.delete(f"/v1/contacts/{create(api, NEW)['id']}")

        with cloud.wire.crash_at(5) as crashed:
            change(api, created, email=NEW)

        assert not crashed()
