"""What a file does to what is there: policies, reverting, and the kinds of things it can become."""

from typing import Any, ClassVar

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.importing import contacts, imported, items, lines, prepared


class TestPolicies:
    ADA: ClassVar[dict[str, Any]] = {
        "email": "ada@x.example",
        "first_name": "Ada",
        "title": "Countess",
        "tags": ["old"],
        "custom": {"Stage": "won", "kept": 1},
    }
    FILE = (
        "email,first_name,title,company,tags,Stage,Size\n"
        "ada@x.example,Augusta,,Analytical Engines,new,lost,\n"
    )

    def change(self, api: Api, cloud: Cloud, **options: Any) -> dict[str, Any]:
        """What the contact is after the file, of the fields that it names."""
        api.post("/v1/contacts", self.ADA)
        imported(api, cloud, self.FILE, **options)
        ada = contacts(api)["ada@x.example"]
        return {name: ada[name] for name in ("first_name", "title", "company", "tags", "custom")}

    def test_skip_leaves_it(self, api: Api, cloud: Cloud) -> None:
        assert self.change(api, cloud, duplicates="skip") == {
            "first_name": "Ada",
            "title": "Countess",
            "company": None,
            "tags": ["old"],
            "custom": {"Stage": "won", "kept": 1},
        }

    def test_update_sets_what_the_row_has(self, api: Api, cloud: Cloud) -> None:
        assert self.change(api, cloud, duplicates="update") == {
            "first_name": "Augusta",
            "title": "Countess",
            "company": "Analytical Engines",
            "tags": ["old", "new"],
            "custom": {"Stage": "lost", "kept": 1},
        }

    def test_update_can_clear_what_the_row_leaves_blank(self, api: Api, cloud: Cloud) -> None:
        changed = self.change(api, cloud, duplicates="update", blanks="clear")

        assert (changed["title"], changed["custom"]) == (None, {"Stage": "lost", "kept": 1})

    def test_fill_blanks_sets_what_the_contact_lacks(self, api: Api, cloud: Cloud) -> None:
        assert self.change(api, cloud, duplicates="fill_blanks") == {
            "first_name": "Ada",
            "title": "Countess",
            "company": "Analytical Engines",
            "tags": ["old"],
            "custom": {"Stage": "won", "kept": 1},
        }

    def test_the_same_again_changes_nothing(self, api: Api, cloud: Cloud) -> None:
        self.change(api, cloud, duplicates="update")

        again = imported(api, cloud, self.FILE, duplicates="update")

        assert again.counts == {"unchanged": 1}

    def test_a_row_that_would_make_too_much_of_it_fails(self, api: Api, cloud: Cloud) -> None:
        custom = {f"n{number}": "x" * 100 for number in range(99)}
        api.post("/v1/contacts", {"email": "ada@x.example", "custom": custom})

        again = imported(api, cloud, "email,a,b\nada@x.example,1,2\n", duplicates="update")

        (row,) = again.rows()
        assert (row["result"], row["reason"].partition(":")[0]) == ("failed", "/custom")


class TestRevert:
    def test_restores_what_was_there_and_deletes_what_was_not(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", {"email": "ada@x.example", "title": "Countess"})
        before = items(cloud, api)
        file = "email,title,company,x\nada@x.example,CTO,ACME,1\ngrace@x.example,Admiral,,\n"
        importing = imported(api, cloud, file, duplicates="update")

        state = importing.reverted()
        cloud.drain()

        assert (state["status"], importing.counts) == ("reverted", {"reverted": 2})
        assert items(cloud, api) == before
        assert importing.results == [(2, "reverted"), (3, "reverted")]

    def test_leaves_what_was_changed_since(self, api: Api, cloud: Cloud) -> None:
        importing = imported(api, cloud, "email\nada@x.example\ngrace@x.example\n")
        ada = contacts(api)["ada@x.example"]["id"]
        api.patch(f"/v1/contacts/{ada}", {"title": "Countess"})

        importing.reverted()

        assert list(contacts(api)) == ["ada@x.example"]
        assert importing.counts == {"skipped": 1, "reverted": 1}
        (row,) = importing.rows("skipped")
        assert (row["id"], "changed since" in row["reason"]) == (ada, True)

    def test_twice_is_the_same_as_once(self, api: Api, cloud: Cloud) -> None:
        importing = imported(api, cloud, "email\nada@x.example\n")
        importing.reverted()
        before = items(cloud, api)

        state = importing.reverted()

        assert (state["status"], items(cloud, api)) == ("reverted", before)

    def test_is_refused_while_the_import_runs(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("functions.imports_run.app._LONGEST_CHUNK_MS", 10**9)
        rows = [f"ada{number}@x.example" for number in range(501)]
        importing = imported(api, cloud, lines(["email", *rows]))

        answer = api.post(f"/v1/imports/{importing.id}/revert")

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")

    def test_before_the_upload_ends_it(self, api: Api, cloud: Cloud) -> None:
        importing = prepared(api, cloud)

        assert importing.reverted()["status"] == "reverted"
        assert importing.upload("email\nada@x.example\n").run()["status"] == "reverted"


class TestLongImports:
    def test_go_on_in_another_call(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("functions.imports_run.app._LONGEST_CHUNK_MS", 10**9)
        monkeypatch.setattr("outrider.imports.runner.CHUNK_ROWS", 2)
        rows = [f'"ada{number}@x.example","a\nb"' for number in range(7)]
        importing = prepared(api, cloud).upload(lines(["email,note", *rows]))

        importing.run()
        messages = len(cloud.queue("ImportsQueue").messages)
        cloud.drain()

        assert messages == 1
        assert [line for line, _ in importing.results] == [2, 4, 6, 8, 10, 12, 14]
        assert importing.counts == {"created": 7}
        api.post(f"/v1/imports/{importing.id}/revert")
        cloud.drain()
        assert importing.counts == {"reverted": 7}


class TestCompanies:
    SAMPLE = (
        "Index,Organization,Name,Website,Country,Description,Founded,Industry,Employees\n"
        "1,E84A904909dF528,Liu-Hoover,http://www.day-hartman.org/,Western Sahara,"
        "Ergonomic zero administration,1980,Online Publishing,6852\n"
        "2,AAC4f9aBF86EAeF,Orr-Armstrong,,Algeria,Ergonomic,1970,Import / Export,7994\n"
    )

    def test_are_told_apart_by_the_domains_of_their_websites(self, api: Api, cloud: Cloud) -> None:
        importing = imported(api, cloud, self.SAMPLE, kind="companies", duplicates="update")

        (company,) = api.get("/v1/companies").json["data"]
        assert (company["domain"], company["name"]) == ("day-hartman.org", "Liu-Hoover")
        assert (company["size"], company["founded"]) == ("6852", 1980)
        assert company["context"] == {"Index": "1", "Organization": "E84A904909dF528"}
        assert importing.results == [(2, "created"), (3, "failed")]

    def test_are_updated_and_restored(self, api: Api, cloud: Cloud) -> None:
        body = {"domain": "x.example", "country": "Chile", "region": "south"}
        before = api.post("/v1/companies", body).json
        importing = imported(
            api,
            cloud,
            "Firma;Domäne;Land;Rang\nACME;x.example;Peru;1\nNew;y.example;;\n",
            kind="companies",
            duplicates="update",
        )
        found = api.get("/v1/companies?search=acme").json["data"]
        assert [(company["country"], company["context"]) for company in found] == [
            ("Peru", {"region": "south", "Rang": "1"})
        ]

        importing.reverted()

        (after,) = api.get("/v1/companies?search=x.example").json["data"]
        passing = {"version", "updated_at"}
        assert {k: v for k, v in after.items() if k not in passing} == {
            k: v for k, v in before.items() if k not in passing
        }
        assert importing.counts == {"reverted": 2}


class TestSuppressions:
    def test_take_addresses_and_domains_from_one_column_without_a_name(
        self, api: Api, cloud: Cloud
    ) -> None:
        file = "ada@x.example\nspam.example\n@y.example\nnonsense\nAda@X.example\n"

        importing = imported(
            api, cloud, file, kind="suppressions", defaults={"reason": "unsubscribed"}
        )

        found = api.get("/v1/suppressions").json["data"]
        assert sorted(each["address"] or each["domain"] for each in found) == [
            "ada@x.example", "spam.example", "y.example",
        ]  # fmt: skip
        assert {each["reason"] for each in found} == {"unsubscribed"}
        assert importing.results[3] == (4, "failed")
        assert importing.counts == {"created": 3, "failed": 1, "skipped": 1}

    def test_leave_what_is_suppressed_and_take_back_only_their_own(
        self, api: Api, cloud: Cloud
    ) -> None:
        api.post("/v1/suppressions", {"address": "ada@x.example", "reason": "complained"})
        file = "E-Mail,Grund\nada@x.example,manual\ngrace@x.example,bounced\n"

        importing = imported(api, cloud, file, kind="suppressions")
        assert importing.counts == {"created": 1, "skipped": 1}
        importing.reverted()

        (left,) = api.get("/v1/suppressions").json["data"]
        assert (left["address"], left["reason"]) == ("ada@x.example", "complained")
