import csv
import io
import json
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.harness.functions import LambdaContext
from tests.integration.linking import company

EVERYBODY = [f"ada{number}@x.example" for number in (4, 3, 2, 1, 0)]
CALLS = 17
"""The AWS calls of a worker here; a test below says that there are no more."""


def requested(api: Api, **options: Any) -> str:
    answer = api.post("/v1/exports", {"kind": "contacts", "format": "csv", **options})
    assert answer.status == 202, answer.text
    return str(answer.json["id"])


def job(api: Api, export_id: str) -> dict[str, Any]:
    body = {"workspace": api.workspace().id, "export_id": export_id}
    return {"Records": [{"messageId": "1", "body": json.dumps(body)}]}


def run(api: Api, cloud: Cloud, export_id: str) -> dict[str, Any]:
    cloud.invoke("exports_run", job(api, export_id))
    shown: dict[str, Any] = api.get(f"/v1/exports/{export_id}").json
    return shown


def exported(api: Api, cloud: Cloud, **options: Any) -> bytes:
    shown = run(api, cloud, requested(api, **options))
    assert shown["status"] == "completed"
    return cloud.download(shown["download"]["url"])


def as_rows(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode(), newline="")))


@pytest.fixture
def _contacts(api: Api) -> None:
    for number in range(5):
        contact = {"email": f"ada{number}@x.example", "tags": ["a", "b"], "phone": "+49 30 1"}
        api.post("/v1/contacts", {**contact, "custom": {f"n{number % 2}": {"deep": number}}})


@pytest.mark.usefixtures("_contacts")
class TestExport:
    def test_is_asked_for_and_told_when_it_is_done(self, api: Api, cloud: Cloud) -> None:
        export_id = requested(api, format="jsonl")

        cloud.drain()

        shown = api.get(f"/v1/exports/{export_id}").json
        file = cloud.download(shown["download"]["url"])
        assert [json.loads(line) for line in file.splitlines()] == api.get("/v1/contacts").json[
            "data"
        ]
        assert (shown["rows"], shown["bytes"]) == (5, len(file))
        (told,) = api.get("/v1/events?type=export.completed").json["data"]
        assert told["data"] == {"export_id": export_id, "kind": "contacts", "rows": 5}
        assert [each["id"] for each in api.get("/v1/exports").json["data"]] == [export_id]

    def test_has_columns_for_fields_of_ones_own(self, api: Api, cloud: Cloud) -> None:
        rows = as_rows(exported(api, cloud))

        assert [row["custom.n0"] for row in rows] == [
            '{"deep":4}', "", '{"deep":2}', "", '{"deep":0}',
        ]  # fmt: skip
        assert {(row["tags"], row["verified"], row["version"]) for row in rows} == {
            ("a, b", "false", "1")
        }
        assert "custom" not in rows[0]

    @pytest.mark.parametrize(
        "text", ["@SUM(A1)", " =1+1", "\t=1+1", "\n1", "\uff1d1+1", "\u3000-1"]
    )
    def test_has_no_formulas(self, api: Api, cloud: Cloud, text: str) -> None:
        api.post("/v1/contacts", {"email": "eve@x.example", "custom": {"=n": text}})

        rows = as_rows(exported(api, cloud))

        assert (rows[0]["custom.=n"], rows[1]["phone"]) == (f"'{text}", "'+49 30 1")

    def test_takes_the_filters_of_the_list(self, api: Api, cloud: Cloud) -> None:
        rows = as_rows(exported(api, cloud, filters={"email": "ada3@x.example"}))

        assert [row["email"] for row in rows] == ["ada3@x.example"]

    def test_shows_a_link_only_to_keys_that_may_read(self, api: Api, cloud: Cloud) -> None:
        body = {"kind": "suppressions", "format": "csv"}
        export_id = api.post("/v1/exports", body).json["id"]
        run(api, cloud, export_id)
        key = api.key("contacts:write")

        assert api.post("/v1/exports", body, key=key).status == 403
        assert api.get(f"/v1/exports/{export_id}", key=key).json["download"] is None

    def test_by_industry_looks_at_the_companies(self, api: Api, cloud: Cloud) -> None:
        company(api, "x.example", industry="Tools")
        cloud.drain()

        file = exported(api, cloud, filters={"industry": "tools"})

        assert len(as_rows(file)) == 5

    def test_of_nothing_is_a_header(self, api: Api, cloud: Cloud) -> None:
        assert exported(api, cloud, kind="suppressions").startswith(b"id,kind,address")
        assert exported(api, cloud, kind="companies", format="jsonl") == b""


class TestCreate:
    @pytest.mark.parametrize(
        "body",
        [
            {"kind": "leads"},
            {"format": "xlsx"},
            {"filters": {"limit": 3}},
            {"filters": {"surprise": 1}},
            {"filters": {"status": "odd"}},
            {"filters": {"verified": "true"}},
            {"filters": {"fit_score_gte": "0.5"}},
            {"filters": {"created_after": 1_772_000_000}},
            {"filters": {"tag": ["a", "b"]}},
            {"kind": "suppressions", "filters": {"status": "new"}},
        ],
    )
    def test_refuses_what_makes_no_sense(self, api: Api, body: dict[str, Any]) -> None:
        answer = api.post("/v1/exports", {"kind": "contacts", "format": "csv", **body})

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.usefixtures("_contacts")
class TestCrash:
    @pytest.fixture(autouse=True)
    def _small_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("outrider.exports.runner.PAGE", 2)
        monkeypatch.setattr("outrider.exports.runner.MIN_PART", 600)
        # S3's own bound, which moto keeps.
        monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)

    @pytest.mark.parametrize(("number", "when"), crash_points(CALLS))
    def test_goes_on_where_it_stopped(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        export_id = requested(api, format="jsonl")

        with cloud.wire.crash_at(number, when):
            cloud.invoke("exports_run", job(api, export_id))
        cloud.clock.advance(minutes=6)
        shown = run(api, cloud, export_id)

        file = cloud.download(shown["download"]["url"])
        contacts = api.get("/v1/contacts").json["data"]
        assert [json.loads(line)["id"] for line in file.splitlines()] == [
            contact["id"] for contact in contacts
        ]
        assert (shown["rows"], shown["bytes"]) == (5, len(file))

    def test_makes_no_more_calls(self, api: Api, cloud: Cloud) -> None:
        export_id = requested(api, format="jsonl")

        with cloud.wire.crash_at(CALLS + 1) as crashed:
            cloud.invoke("exports_run", job(api, export_id))

        assert not crashed()


@pytest.mark.usefixtures("_contacts")
class TestShortOfTime:
    @pytest.fixture(autouse=True)
    def _time_for_one_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("outrider.exports.runner.PAGE", 2)
        remaining = LambdaContext.get_remaining_time_in_millis

        def in_the_worker(context: LambdaContext) -> int:
            return 0 if context.function_name == "exports_run" else remaining(context)

        monkeypatch.setattr(LambdaContext, "get_remaining_time_in_millis", in_the_worker)

    def test_gets_further_with_every_call(self, api: Api, cloud: Cloud) -> None:
        export_id = requested(api)

        cloud.drain()

        shown = api.get(f"/v1/exports/{export_id}").json
        rows = as_rows(cloud.download(shown["download"]["url"]))
        assert (shown["status"], shown["rows"]) == ("completed", 5)
        assert [row["email"] for row in rows] == EVERYBODY
        assert {"custom.n0", "custom.n1"} <= rows[0].keys()

    @pytest.mark.parametrize("number", range(1, 40, 3))
    def test_loses_and_repeats_no_row_in_a_crash(self, api: Api, cloud: Cloud, number: int) -> None:
        export_id = requested(api)

        with cloud.wire.crash_at(number, "after"):
            cloud.drain()
        cloud.clock.advance(minutes=6)
        cloud.drain()

        shown = run(api, cloud, export_id)
        rows = as_rows(cloud.download(shown["download"]["url"]))
        assert [row["email"] for row in rows] == EVERYBODY
