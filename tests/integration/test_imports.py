from pathlib import Path
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.importing import contacts, imported, lines, prepared

LEADS = Path(__file__).parents[2] / "local" / "samples" / "leads-100.csv"


class TestCreate:
    def test_gives_a_place_for_the_file(self, api: Api, cloud: Cloud) -> None:
        body = {"kind": "contacts", "format": "csv", "duplicates": "update"}

        created = api.post("/v1/imports", body).json

        assert created["status"] == "awaiting_upload"
        assert (created["upload"]["method"], created["upload"]["headers"]) == ("PUT", {})
        assert f"/{created['id']}/upload?" in created["upload"]["url"]
        assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in created["upload"]["url"]
        assert created["upload"]["expires_at"] == "2026-03-02T10:00:00.001Z"
        shown = api.get(f"/v1/imports/{created['id']}").json
        assert shown == {name: created[name] for name in created if name != "upload"}

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"duplicates": None}, "/duplicates"),
            ({"duplicates": "merge"}, "/duplicates"),
            ({"kind": "leads"}, "/kind"),
            ({"format": "xls"}, "/format"),
            ({"blanks": "clear"}, ""),
            ({"kind": "suppressions", "duplicates": "update"}, ""),
            ({"format": "jsonl", "delimiter": ";"}, ""),
            ({"delimiter": ":"}, "/delimiter"),
            ({"mapping": {"Mail": "e_mail"}}, ""),
            ({"mapping": {"A": "email", "B": "email"}}, ""),
            ({"mapping": {"A": "context.x"}}, ""),
            ({"mapping": {"A": "custom."}}, ""),
            ({"defaults": {"reason": "manual"}}, ""),
            ({"defaults": {"tags": [""]}}, "/defaults/tags/0"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, api: Api, body: dict[str, Any], pointer: str
    ) -> None:
        asked = {"kind": "contacts", "format": "csv", "duplicates": "skip", **body}

        answer = api.post("/v1/imports", asked)

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]

    @pytest.mark.parametrize("kind", ["companies", "suppressions"])
    def test_needs_the_scope_of_what_rows_become(self, api: Api, kind: str) -> None:
        body = {"kind": kind, "format": "csv", "duplicates": "skip"}

        answer = api.post("/v1/imports", body, key=api.key("contacts:write"))

        assert (answer.status, answer.json["code"]) == (403, "SCOPE_DENIED")
        assert f"{kind}:write" in answer.json["detail"]

    @pytest.mark.parametrize(
        ("scope", "status"),
        [("contacts:write", 403), ("suppressions:read", 200), ("suppressions:write", 200)],
    )
    def test_shows_rows_to_who_may_see_what_they_are_about(
        self, api: Api, cloud: Cloud, scope: str, status: int
    ) -> None:
        importing = prepared(api, cloud, kind="suppressions").upload(b"email\nada@example.com\n")
        cloud.drain()

        answer = api.get(f"/v1/imports/{importing.id}/rows", key=api.key("contacts:write", scope))

        assert answer.status == status
        assert ("ada@example.com" in answer.text) is (status == 200)


class TestUpload:
    def test_starts_the_import_and_tells_when_it_is_done(self, api: Api, cloud: Cloud) -> None:
        importing = prepared(api, cloud).upload(LEADS.read_bytes())

        cloud.drain()

        (completed,) = (
            event["data"]
            for event in api.get("/v1/events?limit=200").json["data"]
            if event["event"] == "import.completed"
        )
        assert completed == {
            "import_id": importing.id,
            "kind": "contacts",
            "status": "completed",
            "counts": importing.state["counts"],
        }
        created = api.get("/v1/events?type=contact.created&limit=200").json["data"]
        assert len(created) == importing.counts["created"] == 100
        assert {event["actor"] for event in created} == {importing.state["created_by"]}

    def test_again_changes_nothing(self, api: Api, cloud: Cloud) -> None:
        importing = prepared(api, cloud).upload("email\nada@example.com\n")
        cloud.drain()

        importing.upload("email\ngrace@example.com\n")
        cloud.drain()

        assert list(contacts(api)) == ["ada@example.com"]
        assert importing.counts == {"created": 1}

    def test_goes_to_the_side_of_the_key(self, api: Api, cloud: Cloud) -> None:
        body = {"kind": "contacts", "format": "csv", "duplicates": "skip"}
        created = api.post("/v1/imports", body, mode="test").json

        cloud.upload(created["upload"]["url"], b"email\nada@example.com\n")
        cloud.drain()

        found = [api.get("/v1/contacts", mode=mode).json["data"] for mode in ("live", "test")]
        assert [len(page) for page in found] == [0, 1]

    def test_too_large_is_refused(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("outrider.imports.runner.MAX_BYTES", 20)

        state = imported(api, cloud, "email\nada@example.com\n").state

        assert state["status"] == "failed"
        assert "at most 20" in state["error"]["detail"]


class TestSamples:
    def test_leads(self, api: Api, cloud: Cloud) -> None:
        importing = imported(api, cloud, LEADS.read_bytes())

        state = importing.state
        assert (state["status"], importing.counts) == ("completed", {"created": 100})
        assert state["progress"] == {"bytes_done": 23388, "bytes_total": 23388, "rows_done": 100}
        understood = {column["column"]: column["field"] for column in state["columns"]}
        assert understood["Email 1"] == "email"
        assert understood["Phone 1"] == "phone"
        assert understood["Account Id"] == "custom.Account Id"
        victor = contacts(api)["hatkinson@mclaughlin.com"]
        assert (victor["full_name"], victor["company"]) == (
            "Victor Cochran",
            "Grimes, Madden and Huff",
        )
        assert victor["custom"]["Deal Stage"] == "New Lead"

    @pytest.mark.parametrize("delimiter", [";", "\t", "|"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_other_columns_delimiters_and_line_ends(
        self, api: Api, cloud: Cloud, delimiter: str, end: str
    ) -> None:
        rows = [
            ["Firma", "Nachname", "Vorname", "E-Mail-Adresse", "Notiz"],
            ["Müller & Söhne", "Lovelace", "Ada", " ada@example.com ", '"zwei\r\nZeilen"'],
            ["", "Hopper", "Grace", "grace@example.com", '"ein ""Zitat"""'],
        ]
        file = "\ufeff" + end.join(delimiter.join(row) for row in rows)

        importing = imported(api, cloud, file)

        ada, grace = (contacts(api)[f"{name}@example.com"] for name in ("ada", "grace"))
        assert (ada["full_name"], ada["company"]) == ("Ada Lovelace", "Müller & Söhne")
        assert (ada["custom"], grace["custom"]) == (
            {"Notiz": "zwei\r\nZeilen"},
            {"Notiz": 'ein "Zitat"'},
        )
        assert importing.results == [(2, "created"), (4, "created")]

    def test_json_lines(self, api: Api, cloud: Cloud) -> None:
        file = lines(
            [
                {"email": "ada@example.com", "tags": ["a"], "custom": {"n": 1}, "Stage": "won"},
                "nonsense",
                {"E-Mail": "grace@example.com", "fit_score": 0.5},
                {"email": "alan@example.com", "fit_score": "0.5"},
                {"first_name": "nobody"},
                [1],
            ]
        )

        importing = imported(api, cloud, file, format="jsonl")

        assert [result for _, result in importing.results] == [
            "created", "failed", "created", "failed", "failed", "failed",
        ]  # fmt: skip
        ada = contacts(api)["ada@example.com"]
        assert (ada["tags"], ada["custom"]) == (["a"], {"n": 1, "Stage": "won"})
        reasons = [row["reason"] for row in importing.rows("failed")]
        assert "not JSON" in reasons[0]
        assert reasons[1].startswith("/fit_score:")
        assert reasons[2] == "/email: email is required"


class TestRows:
    def test_of_ten_thousand_exactly_the_bad_ones_fail(self, api: Api, cloud: Cloud) -> None:
        bad = {number for number in range(1, 10_001) if number % 20 == 7}
        file = lines(
            [
                "first_name,email",
                *(
                    f"Ada,{'not an address' if number in bad else f'ada{number}@example.com'}"
                    for number in range(1, 10_001)
                ),
            ]
        )

        importing = imported(api, cloud, file)

        assert importing.counts == {"created": 9_500, "failed": 500}
        failed = importing.rows("failed")
        assert {row["row"] for row in failed} == bad
        assert all(row["line"] == row["row"] + 1 for row in failed)
        assert all("/email:" in row["reason"] for row in failed)
        assert failed[0]["values"] == {"first_name": "Ada", "email": "not an address"}

    def test_read_only_the_chunks_that_have_such_rows(self, api: Api, cloud: Cloud) -> None:
        rows = [f"ada{number}@example.com" for number in range(1_200)]
        rows[700] = "bad"
        importing = imported(api, cloud, lines(["email", *rows]))

        answer = api.get(f"/v1/imports/{importing.id}/rows?status=failed")

        assert [row["row"] for row in answer.json["data"]] == [701]
        assert [str(call) for call in answer.calls] == [
            "dynamodb UpdateItem",
            "dynamodb GetItem",
            "dynamodb Query",
            "s3 GetObject",
        ]

    def test_come_in_pages_that_can_be_answered(self, api: Api, cloud: Cloud) -> None:
        cell = "x" * 120_000
        file = lines(["email,custom.a", *(f"bad{number},{cell}" for number in range(60))])
        importing = imported(api, cloud, file)
        path = f"/v1/imports/{importing.id}/rows?limit=200"

        answer = api.get(path)

        assert len(answer.text) < 3_000_000
        assert [row["row"] for row in importing.rows()] == list(range(1, 61))

    def test_with_names_of_any_length_are_imported(self, api: Api, cloud: Cloud) -> None:
        rows = [
            {"email": f"a{number}@x.example", f"{number}{'x' * 100_000}": 1} for number in range(5)
        ]

        importing = imported(api, cloud, lines(rows), format="jsonl")

        assert importing.counts == {"created": 5}
        assert len(importing.state["columns"]) == 6

    def test_name_every_violation(self, api: Api, cloud: Cloud) -> None:
        importing = imported(api, cloud, "email,timezone,fit_score\nx,Mars,7\n")

        (row,) = importing.rows()
        assert [part.partition(":")[0] for part in row["reason"].split("; ")] == [
            "/email", "/timezone", "/fit_score",
        ]  # fmt: skip

    def test_of_other_lengths_than_the_header(self, api: Api, cloud: Cloud) -> None:
        file = "email,title\na@x.example\nb@x.example,CTO,,\nc@x.example,CTO,what,is\n\n,,\n"

        importing = imported(api, cloud, file)

        assert importing.results == [(2, "created"), (3, "created"), (4, "failed")]

    def test_of_one_address_twice_count_once_wherever_they_stand(
        self, api: Api, cloud: Cloud
    ) -> None:
        rows = ["ada@example.com,First"] + [f"x{n}@example.com," for n in range(700)]
        rows += ["ada@Example.com,Second"]

        importing = imported(api, cloud, lines(["email,title", *rows]), duplicates="update")

        (skipped,) = importing.rows("skipped")
        assert (skipped["row"], skipped["reason"]) == (702, "Row 1 has the same address")
        assert skipped["id"] == importing.rows()[0]["id"]


class TestBrokenFile:
    @pytest.mark.parametrize(
        ("file", "line", "said"),
        [
            (b"", 1, "empty"),
            (b"\n\n", 1, "empty"),
            (b"PK\x03\x04rest", 1, "damaged"),
            (b"Name,Phone\nAda,1\n", 1, "'Name', 'Phone'"),
            (b"email\na@x.example\n" + b"x" * 200_000, 3, "longer"),
        ],
        ids=[
            "empty",
            "blank",
            "workbook",
            "no key",
            "long line",
        ],
    )
    def test_names_the_line(
        self, api: Api, cloud: Cloud, file: bytes, line: int, said: str
    ) -> None:
        state = imported(api, cloud, file).state

        assert (state["status"], state["error"]["line"]) == ("failed", line)
        assert said in state["error"]["detail"]

    def test_keeps_what_stood_before(self, api: Api, cloud: Cloud) -> None:
        file = 'email,note\n"a@x.example","two\nlines"\nb@x.example,\n' + "x" * 140_000

        importing = imported(api, cloud, file)

        assert importing.state["error"]["line"] == 5
        assert importing.results == [(2, "created"), (4, "created")]
        assert sorted(contacts(api)) == ["a@x.example", "b@x.example"]

    def test_names_columns_of_the_mapping_that_it_lacks(self, api: Api, cloud: Cloud) -> None:
        state = imported(api, cloud, "email\na@x.example\n", mapping={"Mail": "email"}).state

        assert "'Mail'" in state["error"]["detail"]
        assert "'email'" in state["error"]["detail"]

    def test_is_no_reason_to_lose_a_row_that_is_not_utf8(self, api: Api, cloud: Cloud) -> None:
        file = "email,name\na@x.example,Zoé\n".encode() + b"b@x.example,Zo\xe9\nc@x.example,Zoe\n"

        importing = imported(api, cloud, file, encoding="utf-8")

        assert importing.results == [(2, "created"), (3, "failed"), (4, "created")]


class TestMapping:
    def test_given_goes_before_guessed(self, api: Api, cloud: Cloud) -> None:
        mapping = {
            "email 2": "email",
            "Email 1": "custom.private",
            "Notes": None,
            "who": "full_name",
        }

        importing = imported(
            api,
            cloud,
            "Email 1,Email 2,Notes,who\na@x.example,b@x.example,secret,Ada King Lovelace\n",
            mapping=mapping,
        )

        (ada,) = contacts(api).values()
        assert ada["email"] == "b@x.example"
        assert ada["custom"] == {"private": "a@x.example"}
        assert (ada["first_name"], ada["last_name"]) == ("Ada King", "Lovelace")
        assert {column["how"] for column in importing.state["columns"]} == {"given"}

    def test_defaults_fill_what_a_row_lacks(self, api: Api, cloud: Cloud) -> None:
        imported(
            api,
            cloud,
            'email,source,tags\na@x.example,fair,"a,b"\nb@x.example,,\n',
            defaults={"source": "import", "tags": ["b", "c"]},
        )

        found = contacts(api)
        assert [found[f"{name}@x.example"]["source"] for name in "ab"] == ["fair", "import"]
        assert [found[f"{name}@x.example"]["tags"] for name in "ab"] == [
            ["a", "b", "c"],
            ["b", "c"],
        ]
