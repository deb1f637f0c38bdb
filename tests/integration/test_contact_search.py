"""Searching contacts, and the worker that keeps what searches read."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import pytest

from outrider.contacts.search.worker import ContactIndex
from outrider.kit.aws.attributes import Item, encode_item
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.test_budgets import dynamodb_calls
from tests.integration.test_contact_lists import found

ADA = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "tags": ["VIP"]}


def tokens(cloud: Cloud, api: Api) -> set[tuple[str, str]]:
    acme = api.workspace().id
    return {
        (item["pk"].removeprefix(acme), item["sk"])
        for item in cloud.items("contacts", acme)
        if item["pk"].startswith((f"{acme}#tok#", f"{acme}#tag#"))
    }


def record(before: Item | None, after: Item | None) -> dict[str, Any]:
    images = {"OldImage": before, "NewImage": after}
    return {"dynamodb": {name: encode_item(item) for name, item in images.items() if item}}


class TestSearch:
    def test_finds_a_contact_once_by_any_of_its_words(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", ADA)
        cloud.drain()

        for asked in ("lo", "LOVE ad", "ada@exa", "example.c", "ad a"):
            assert found(api, search=asked, limit="1") == ["ada"], asked
        assert found(api, search="ada nobody") == found(api, search="ovelace") == []

    def test_goes_with_the_filters(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", {**ADA, "country": "UK"})
        cloud.drain()

        assert found(api, search="ada", country="uk", tag="vip", email="ada@example.com") == ["ada"]
        assert found(api, search="ada", status="replied") == []

    def test_of_other_workspaces_finds_nothing(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", ADA, workspace="globex")
        cloud.drain()

        assert found(api, search="ada") == []

    def test_never_shows_what_does_not_fit_any_more(self, api: Api, cloud: Cloud) -> None:
        contact = api.post("/v1/contacts", ADA).json
        cloud.drain()
        api.patch(f"/v1/contacts/{contact['id']}", {"last_name": "King", "tags": []})

        assert found(api, search="lovelace") == found(api, tag="vip") == []
        cloud.drain()
        assert found(api, search="king") == ["ada"]
        api.delete(f"/v1/contacts/{contact['id']}")
        assert found(api, search="king") == []

    @pytest.mark.parametrize("asked", ["", "a", "a b", "!?", "\x00", "aa\x00\x01", "#", "x" * 201])
    def test_needs_a_word_of_two_characters(self, api: Api, asked: str) -> None:
        answer = api.get(f"/v1/contacts?{urlencode({'search': asked})}")

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/query/search")

    @pytest.mark.parametrize("asked", ["%ED%A0%80aa", "aa%23con_", "a%CC%81a", "aa" * 99])
    def test_bears_anything(self, api: Api, asked: str) -> None:
        assert api.get(f"/v1/contacts?search={asked}").json["data"] == []

    def test_takes_no_order(self, api: Api) -> None:
        answer = api.get("/v1/contacts?search=ada&sort=created_at")

        assert [error["pointer"] for error in answer.json["errors"]] == ["/query/sort"]
        assert "leave out sort" in answer.json["detail"]

    @pytest.mark.parametrize("asked", ["search=ada", "tag=vip", "tag=vip&status=new"])
    def test_costs_the_tokens_and_the_contacts(self, api: Api, cloud: Cloud, asked: str) -> None:
        rows = [{**ADA, "email": f"ada{number}@example.com"} for number in range(60)]
        api.post("/v1/contacts", {"contacts": rows})
        cloud.drain()

        answer = api.get(f"/v1/contacts?{asked}")

        assert len(answer.json["data"]) == 50
        contacts, last_contacts = "BatchGetItem", "BatchGetItem"
        assert dynamodb_calls(answer) == ["UpdateItem", "Query", contacts, last_contacts]


class TestIndex:
    def test_keeps_words_and_tags(self, api: Api, cloud: Cloud) -> None:
        contact = api.post("/v1/contacts", ADA).json["id"]
        cloud.drain()

        assert tokens(cloud, api) == {
            ("#tok#ad", f"adaexamplecom#{contact}"),
            ("#tok#ex", f"examplecom#{contact}"),
            ("#tok#lo", f"lovelace#{contact}"),
            ("#tag#vip", contact),
        }

    def test_writes_only_what_differs(self, api: Api, cloud: Cloud) -> None:
        contact = api.post("/v1/contacts", ADA).json["id"]
        cloud.drain()
        api.patch(f"/v1/contacts/{contact}", {"last_name": "King", "phone": "1"})

        with cloud.writes() as written:
            cloud.drain()

        pairs = {(pk.partition("#")[2], sk) for pk, sk in written if "#tok" in pk or "#tag" in pk}
        assert pairs == {("tok#ki", f"king#{contact}"), ("tok#lo", f"lovelace#{contact}")}

    def test_is_not_woken_by_what_it_writes(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counts: list[int] = []
        follow = ContactIndex.follow

        def counted(self: ContactIndex, records: Sequence[Any]) -> int:
            counts.append(len(records))
            return follow(self, records)

        monkeypatch.setattr(ContactIndex, "follow", counted)
        api.post("/v1/contacts", {**ADA, "email": "con_artist@example.com"})

        cloud.drain()

        assert counts == [1]

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("call", [1, 2, 3])
    def test_ends_right_after_a_crash_and_whatever_comes_again(
        self, api: Api, cloud: Cloud, call: int, when: Any
    ) -> None:
        made = [api.post("/v1/contacts", ADA).json["id"]]
        made.append(api.post("/v1/contacts", {**ADA, "email": "bob@example.com"}).json["id"])
        items = {item["sk"]: item for item in cloud.items("contacts", api.workspace().id)}
        ada, bob = (items[contact_id] for contact_id in made)
        renamed = {**ada, "last_name": "King", "tags": ["b"]}
        gone = {**bob, "deleted_at": "2026-03-02T09:00:00.000Z"}
        records = [
            record(None, ada), record(None, bob), record(ada, renamed), record(renamed, ada),
            record(bob, gone),
        ]  # fmt: skip

        with cloud.wire.crash_at(call, when):
            cloud.invoke("contacts_index", {"Records": records})
        cloud.invoke("contacts_index", {"Records": records[:3]})
        cloud.invoke("contacts_index", {"Records": records})
        cloud.invoke("contacts_index", {"Records": [record(gone, None)]})

        assert tokens(cloud, api) == {
            ("#tok#ad", f"adaexamplecom#{made[0]}"),
            ("#tok#ex", f"examplecom#{made[0]}"),
            ("#tok#lo", f"lovelace#{made[0]}"),
            ("#tag#vip", made[0]),
        }
        assert made[1] not in {item["sk"] for item in cloud.items("contacts")}
