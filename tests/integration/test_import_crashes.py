"""The worker dies at every AWS call of an import and of its revert, before and after it, and its
message comes again: the same contacts, counts, rows and events as without."""

from collections import Counter
from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.wire import When, crash_points
from tests.integration.importing import Importing, contacts, items, prepared

IMPORT_CALLS = 24
REVERT_CALLS = 16
"""The AWS calls of each here; a test below each says that there are no more."""

FILE = """email,title,Stage
ada@x.example,CTO,won
new@x.example,,
bad,,
same@x.example,Admiral,
new@x.example,again,
other@x.example,,lost
"""
COUNTS = {"created": 1, "updated": 2, "unchanged": 1, "skipped": 1, "failed": 1}


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outrider.imports.runner.CHUNK_ROWS", 3)


def waiting(api: Api, cloud: Cloud) -> Importing:
    """An import whose file is there, of three contacts that exist and one that does not."""
    for name in ("ada", "same", "other"):
        api.post("/v1/contacts", {"email": f"{name}@x.example", "title": "Admiral"})
    return prepared(api, cloud, duplicates="update").upload(FILE)


def comes_again(cloud: Cloud, importing: Importing) -> dict[str, Any]:
    """The message, after its visibility timeout."""
    cloud.clock.advance(minutes=6)
    return importing.run()


def events(api: Api, cloud: Cloud) -> Counter[str]:
    cloud.drain()
    found = api.get("/v1/events?limit=200").json["data"]
    return Counter(event["event"] for event in found if event["data"].get("import_id"))


class TestImport:
    @pytest.mark.parametrize(("number", "when"), crash_points(IMPORT_CALLS))
    def test_goes_on_where_it_stopped(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        importing = waiting(api, cloud)

        with cloud.wire.crash_at(number, when):
            cloud.invoke("imports_run", importing.event)
        comes_again(cloud, importing)

        assert importing.state["status"] == "completed"
        assert importing.counts == COUNTS
        assert [row["result"] for row in importing.rows()] == [
            "updated", "created", "failed", "unchanged", "skipped", "updated",
        ]  # fmt: skip
        found = contacts(api)
        assert {address: found[address]["version"] for address in found} == {
            "ada@x.example": 2,
            "new@x.example": 1,
            "other@x.example": 2,
            "same@x.example": 1,
        }
        assert events(api, cloud) == {
            "contact.created": 1,
            "contact.updated": 2,
            "import.completed": 1,
        }

    def test_makes_no_more_calls(self, api: Api, cloud: Cloud) -> None:
        importing = waiting(api, cloud)

        with cloud.wire.crash_at(IMPORT_CALLS + 1) as crashed:
            importing.run()

        assert not crashed()

    def test_is_worked_on_by_one_at_a_time(self, api: Api, cloud: Cloud) -> None:
        importing = waiting(api, cloud)
        with cloud.wire.crash_at(8):
            cloud.invoke("imports_run", importing.event)

        with cloud.writes() as written:
            importing.run()

        assert written == []


class TestRevert:
    @pytest.mark.parametrize(("number", "when"), crash_points(REVERT_CALLS))
    def test_goes_on_where_it_stopped(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        importing = waiting(api, cloud)
        before = items(cloud, api)
        importing.run()
        api.post(f"/v1/imports/{importing.id}/revert")

        with cloud.wire.crash_at(number, when):
            cloud.invoke("imports_run", importing.event)
        comes_again(cloud, importing)

        assert importing.state["status"] == "reverted"
        assert importing.counts == {"reverted": 3, "unchanged": 1, "skipped": 1, "failed": 1}
        assert events(api, cloud)["import.reverted"] == 1
        assert items(cloud, api) == before

    def test_makes_no_more_calls(self, api: Api, cloud: Cloud) -> None:
        importing = waiting(api, cloud)
        importing.run()
        api.post(f"/v1/imports/{importing.id}/revert")

        with cloud.wire.crash_at(REVERT_CALLS + 1) as crashed:
            importing.run()

        assert not crashed()


class TestRace:
    def test_a_row_whose_contact_changed_meanwhile_is_planned_again(
        self, api: Api, cloud: Cloud
    ) -> None:
        importing = waiting(api, cloud)
        ada = contacts(api)["ada@x.example"]["id"]
        # Plan written, nothing applied: then somebody changes the contact.
        calls = 0
        for number in range(1, IMPORT_CALLS):
            with cloud.wire.crash_at(number, "after"):
                cloud.invoke("imports_run", importing.event)
            cloud.clock.advance(minutes=6)
            calls = number
            if any(
                call.service == "s3" and "/plan-" in call.params["Key"] for call in cloud.calls()
            ):
                break
        assert calls < IMPORT_CALLS
        api.patch(f"/v1/contacts/{ada}", {"company": "ACME", "title": "CTO"})

        importing.run()

        row = importing.rows()[0]
        assert row["result"] == "updated"
        assert contacts(api)["ada@x.example"]["company"] == "ACME"
        assert contacts(api)["ada@x.example"]["custom"] == {"Stage": "won"}
        importing.reverted()
        assert contacts(api)["ada@x.example"]["title"] == "CTO"

    def test_two_imports_of_one_file_create_each_contact_once(self, api: Api, cloud: Cloud) -> None:
        first, second = (prepared(api, cloud).upload(FILE) for _ in range(2))
        with cloud.wire.crash_at(8):
            cloud.invoke("imports_run", first.event)

        second.run()
        comes_again(cloud, first)

        assert first.counts["failed"] == second.counts["failed"] == 1
        assert first.counts.get("created", 0) + second.counts.get("created", 0) == 4
        assert len(contacts(api)) == 4
