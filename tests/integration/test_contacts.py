"""Contacts: created once per address, listed completely, deleted for good."""

from typing import Any

import pytest

from outrider.kit.aws.attributes import encode_item
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.people import ADA, create


def batch(api: Api, *rows: dict[str, Any], **fields: Any) -> Answer:
    return api.post("/v1/contacts", {"contacts": list(rows), **fields})


def results(answer: Answer) -> list[str]:
    return [row["result"] for row in answer.json["results"]]


def counted(cloud: Cloud, api: Api) -> int:
    shards = cloud.items("contacts", f"{api.workspace().id}#count")
    return sum(int(shard["contacts"]) for shard in shards)


def recounted(cloud: Cloud, api: Api) -> int:
    items = cloud.items("contacts", api.workspace().id)
    return sum(item["sk"].startswith("con_") and "deleted_at" not in item for item in items)


@pytest.mark.both_transports
class TestCreate:
    def test_gives_the_contact_as_it_can_be_read_again(self, api: Api) -> None:
        created = create(
            api,
            "Ada.L+x@EXAMPLE.com",
            first_name="Ada",
            last_name="Lovelace",
            tags=["a", "b"],
            custom={"seats": 3, "nested": {"ratio": 0.5}},
            fit_score=0.9,
        )

        assert api.get(f"/v1/contacts/{created['id']}").json == created
        assert created["email"] == "Ada.L+x@example.com"
        assert created["full_name"] == "Ada Lovelace"
        assert (created["status"], created["version"]) == ("new", 1)
        assert created["created_at"] == created["updated_at"] == "2026-03-02T09:00:00.001Z"

    def test_writes_an_international_domain_in_ascii(self, api: Api) -> None:
        created = create(api, "ada@BÜCHER.example")

        assert created["email"] == "ada@xn--bcher-kva.example"

    def test_refuses_a_taken_address_and_names_its_contact(self, api: Api) -> None:
        existing = create(api)

        answer = api.post("/v1/contacts", {"email": "ada@EXAMPLE.com"})

        assert (answer.status, answer.json["code"]) == (409, "DUPLICATE_RESOURCE")
        assert existing["id"] in answer.json["detail"]

    def test_lets_modes_and_workspaces_have_the_same_address(self, api: Api) -> None:
        create(api)

        others = [
            api.post("/v1/contacts", {"email": ADA}, mode="test"),
            api.post("/v1/contacts", {"email": ADA}, workspace="globex"),
        ]

        assert [answer.status for answer in others] == [201, 201]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "ada"),
            ("email", "ada@localhost"),
            ("email", f"{'a' * 65}@example.com"),
            ("fit_score", 1.1),
            ("fit_score", "0.5"),
            ("timezone", "Mars/Olympus"),
            ("tags", ["x" * 51]),
            ("first_name", 7),
            ("upsert", "yes"),
            ("status", "replied"),
            ("custom", {"note": "x" * 110_000}),
            ("custom", {"large": [{"number": 1e200}]}),
            ("custom", {"large": 10**40 + 1}),
            ("custom", {"small": 1e-200}),
            ("custom", {"none": float("nan")}),
        ],
    )
    def test_points_at_what_is_wrong(self, api: Api, field: str, value: Any) -> None:
        answer = api.post("/v1/contacts", {"email": ADA, field: value})

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")
        pointers = [error["pointer"] for error in answer.json["errors"]]
        assert [pointer.split("/")[1] for pointer in pointers] == [field]

    def test_lists_every_violation(self, api: Api) -> None:
        answer = api.post("/v1/contacts", {"email": "ada", "fit_score": 2, "nonsense": 1})

        assert [error["pointer"] for error in answer.json["errors"]] == [
            "/email",
            "/fit_score",
            "/nonsense",
        ]

    def test_refuses_a_body_over_a_megabyte(self, api: Api) -> None:
        body = f'{{"email": "{ADA}"' + " " * 1024 * 1024 + "}"

        answer = api.post("/v1/contacts", body)

        assert (answer.status, answer.json["code"]) == (413, "PAYLOAD_TOO_LARGE")


class TestUpsert:
    def test_changes_only_what_is_given(self, api: Api, cloud: Cloud) -> None:
        created = create(api, first_name="Ada", tags=["a"])

        updated = create(api, title="CTO", upsert=True)

        assert updated == {
            **created,
            "title": "CTO",
            "version": 2,
            "updated_at": updated["updated_at"],
        }
        assert updated["updated_at"] > created["updated_at"]
        cloud.drain()
        changes = [
            event["detail"]["data"]
            for event in cloud.bus.published
            if event["detail-type"] == "contact.updated"
        ]
        assert changes == [{"contact_id": created["id"], "changed": ["title"]}]

    def test_writes_nothing_when_nothing_changes(self, api: Api, cloud: Cloud) -> None:
        created = create(api, first_name="Ada")

        with cloud.writes() as written:
            again = create(api, first_name="Ada", upsert=True)

        assert (again, written) == (created, [])

    def test_creates_what_is_not_there(self, api: Api) -> None:
        assert create(api, upsert=True)["version"] == 1


class TestCreateMany:
    def test_gives_a_result_for_each_row_and_loses_none_to_a_bad_one(self, api: Api) -> None:
        existing = create(api)

        answer = batch(
            api,
            {"email": "new@example.com"},
            {"email": "nonsense"},
            {"email": ADA},
            {"email": "NEW@example.com"},
            {"email": "new@example.com", "title": "again"},
            {"email": "x@example.com", "surprise": 1},
            {},
            {"email": "y@example.com", "custom": {"large": 10**40}},
        )

        assert answer.status == 201
        assert results(answer) == [
            "created", "failed", "skipped", "skipped", "skipped", "failed", "failed", "failed",
        ]  # fmt: skip
        assert answer.json["counts"] == {
            "created": 1, "updated": 0, "unchanged": 0, "skipped": 3, "failed": 4,
        }  # fmt: skip
        rows = answer.json["results"]
        assert [row["index"] for row in rows] == list(range(8))
        assert rows[2]["id"] == existing["id"]
        assert "Row 0" in rows[4]["reason"]
        assert "/surprise" in rows[5]["reason"]
        assert "/email" in rows[6]["reason"]

    def test_upserts_each_row(self, api: Api) -> None:
        create(api, "same@example.com", title="CTO")
        create(api, "other@example.com", title="CTO")

        answer = batch(
            api,
            {"email": "same@example.com", "title": "CTO"},
            {"email": "other@example.com", "title": "CEO"},
            {"email": "new@example.com"},
            upsert=True,
        )

        assert results(answer) == ["unchanged", "updated", "created"]

    def test_takes_a_thousand_rows_of_five_megabytes(self, api: Api, cloud: Cloud) -> None:
        rows = [
            {"email": f"ada{number}@example.com", "custom": {"note": "x" * 4_000}}
            for number in range(1_000)
        ]

        answer = batch(api, *rows)

        assert answer.json["counts"]["created"] == 1_000
        assert counted(cloud, api) == recounted(cloud, api) == 1_000

    def test_refuses_more_rows_than_that(self, api: Api) -> None:
        answer = batch(api, *[{"email": ADA}] * 1_001)

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/contacts")

    def test_is_repeated_without_doubles_after_a_crash(self, api: Api, cloud: Cloud) -> None:
        rows = [{"email": f"ada{number}@example.com"} for number in range(40)]
        api.workspace()

        with cloud.wire.crash_at(2, "after") as crashed:
            batch(api, *rows)
        answer = batch(api, *rows)

        assert crashed()
        assert set(results(answer)) <= {"created", "skipped"}
        assert counted(cloud, api) == recounted(cloud, api) == 40


@pytest.mark.both_transports
class TestList:
    def test_pages_through_all_without_repeats_newest_first(self, api: Api) -> None:
        rows = [{"email": f"ada{number}@example.com"} for number in range(120)]
        made = [row["id"] for row in batch(api, *rows).json["results"]]

        listed: list[str] = []
        path = "/v1/contacts?limit=50"
        sizes = []
        while path:
            page = api.get(path).json
            sizes.append(len(page["data"]))
            listed += [contact["id"] for contact in page["data"]]
            cursor = page["next_cursor"]
            path = f"/v1/contacts?limit=50&cursor={cursor}" if page["has_more"] else ""

        assert sizes == [50, 50, 20]
        assert listed == sorted(made, reverse=True)

    def test_says_that_nothing_follows_a_page_that_is_just_full(self, api: Api) -> None:
        batch(api, *[{"email": f"ada{number}@example.com"} for number in range(2)])

        page = api.get("/v1/contacts?limit=2").json

        assert (len(page["data"]), page["has_more"], page["next_cursor"]) == (2, False, None)

    def test_does_not_repeat_or_lose_others_when_contacts_come_and_go(self, api: Api) -> None:
        made = [create(api, f"ada{number}@example.com")["id"] for number in range(6)]
        first = api.get("/v1/contacts?limit=2").json
        create(api, "later@example.com")
        api.delete(f"/v1/contacts/{made[5]}")
        api.delete(f"/v1/contacts/{made[4]}")

        rest = api.get(f"/v1/contacts?limit=200&cursor={first['next_cursor']}").json

        assert [contact["id"] for contact in rest["data"]] == made[3::-1]

    def test_filters_by_status(self, api: Api) -> None:
        created = create(api)

        fresh = api.get("/v1/contacts?status=new").json["data"]
        bounced = api.get("/v1/contacts?status=bounced").json["data"]

        assert ([contact["id"] for contact in fresh], bounced) == ([created["id"]], [])

    def test_skips_the_deleted_within_a_page(self, api: Api) -> None:
        made = [create(api, f"ada{number}@example.com")["id"] for number in range(6)]
        for contact_id in made[1:5]:
            api.delete(f"/v1/contacts/{contact_id}")

        page = api.get("/v1/contacts?limit=2").json

        assert [contact["id"] for contact in page["data"]] == [made[5], made[0]]
        assert page["has_more"] is False


class TestDelete:
    def test_hides_the_contact_at_once(self, api: Api) -> None:
        created = create(api)

        answer = api.delete(f"/v1/contacts/{created['id']}")

        assert answer.json == {"id": created["id"], "object": "contact", "deleted": True}
        assert api.get(f"/v1/contacts/{created['id']}").status == 404
        assert api.delete(f"/v1/contacts/{created['id']}").status == 404
        assert api.get("/v1/contacts").json["data"] == []
        assert api.get("/v1/contacts?status=new").json["data"] == []

    @pytest.mark.parametrize(("version", "status"), [('"1"', 200), ('"7"', 412), ("*", 200)])
    def test_compares_versions(self, api: Api, version: str, status: int) -> None:
        path = f"/v1/contacts/{create(api)['id']}"

        answer = api.delete(path, headers={"if-match": version})

        assert (answer.status, api.get(path).status) == (status, 404 if status == 200 else 200)

    def test_frees_the_address_before_any_worker_has_run(self, api: Api, cloud: Cloud) -> None:
        old = create(api)
        api.delete(f"/v1/contacts/{old['id']}")

        new = create(api)
        cloud.drain()

        assert new["id"] != old["id"]
        assert api.get(f"/v1/contacts/{new['id']}").status == 200
        claims = cloud.items("contacts", f"{api.workspace().id}#email")
        assert [claim["contact_id"] for claim in claims] == [new["id"]]
        assert api.post("/v1/contacts", {"email": ADA}).status == 409

    def test_frees_the_addresses_of_a_batch_before_any_worker_has_run(self, api: Api) -> None:
        rows = [{"email": f"ada{number}@example.com"} for number in range(3)]
        for row in batch(api, *rows).json["results"]:
            api.delete(f"/v1/contacts/{row['id']}")

        answer = batch(api, *rows)

        assert results(answer) == ["created"] * 3

    def test_leaves_nothing_behind_but_the_count(self, api: Api, cloud: Cloud) -> None:
        kept = create(api, "kept@example.com")
        api.delete(f"/v1/contacts/{create(api)['id']}")

        cloud.drain()

        acme = api.workspace().id
        items = cloud.items("contacts", acme)
        left = {(item["pk"], item["sk"]) for item in items if not item["pk"].endswith("#count")}
        tokens = {(pk, sk) for pk, sk in left if pk.startswith(f"{acme}#tok#")}
        assert left - tokens == {(acme, kept["id"]), (f"{acme}#email", "kept@example.com")}
        assert {sk.partition("#")[2] for _, sk in tokens} == {kept["id"]}
        assert counted(cloud, api) == recounted(cloud, api) == 1

    def test_tells_the_world(self, api: Api, cloud: Cloud) -> None:
        created = create(api)
        cloud.drain()
        api.delete(f"/v1/contacts/{created['id']}")

        cloud.drain()

        names = [
            event["detail-type"]
            for event in cloud.bus.published
            if event["detail"]["data"].get("contact_id") == created["id"]
        ]
        assert names == ["contact.created", "contact.deleted"]

    @pytest.mark.parametrize("calls", [1, 2])
    def test_is_finished_after_a_crash_of_the_worker(
        self, api: Api, cloud: Cloud, calls: int
    ) -> None:
        api.delete(f"/v1/contacts/{create(api)['id']}")
        acme = api.workspace().id
        (tombstone,) = (item for item in cloud.items("contacts", acme) if "deleted_at" in item)
        event = {"Records": [{"dynamodb": {"NewImage": encode_item(tombstone)}}]}

        with cloud.wire.crash_at(calls, "after") as crashed:
            cloud.invoke("contacts_index", event)
        cloud.invoke("contacts_index", event)

        left = {item["pk"] for item in cloud.items("contacts", acme)}
        assert (crashed(), left) == (True, {f"{acme}#count"})
