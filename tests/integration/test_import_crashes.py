"""The worker dies at every AWS call of an import and of its revert, before and after it, and its
message comes again: the same contacts, counts, rows and events as without."""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest

from outrider.imports.merging import Given
from outrider.imports.targets import Parsed
from outrider.imports.targets.contacts import ContactTarget
from outrider.kit.aws.dynamodb import StoreFailed
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import Crash, When, crash_points
from tests.integration.importing import Importing, contacts, items, prepared
from tests.unit.imports.test_workbooks import workbook

IMPORT_CALLS = 24
REVERT_CALLS = 16
LOOK_CALLS = 13
CONFIRM_CALLS = 3
"""The AWS calls of each here; a test below each says that there are no more."""
RECEIVED = 5
"""Times that the queue gives a message."""

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


class TestDeadlyRow:
    """A row over which the worker dies each time that it is understood."""

    DEADLY = "deadly@x.example"

    @pytest.fixture
    def importing(self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Importing:
        addresses = [f"a{number}@x.example" for number in range(7)]
        addresses[4] = self.DEADLY
        understood = ContactTarget.parse

        def deadly(target: ContactTarget, given: Given, *, strict: bool) -> Parsed:
            if given.fields.get("email") == self.DEADLY:
                raise self.death
            return understood(target, given, strict=strict)

        monkeypatch.setattr(ContactTarget, "parse", deadly)
        return prepared(api, cloud).upload("\n".join(["email", *addresses, ""]))

    death: BaseException = Crash()

    def dies(self, cloud: Cloud, importing: Importing, times: int) -> None:
        for _ in range(times):
            with suppress(Crash):
                cloud.invoke("imports_run", importing.event)
            cloud.clock.advance(minutes=6)

    @pytest.mark.parametrize("death", [Crash(), RuntimeError("a value that nothing can store")])
    def test_ends_the_import_and_is_named(
        self, api: Api, cloud: Cloud, importing: Importing, death: BaseException
    ) -> None:
        self.death = death

        self.dies(cloud, importing, RECEIVED)

        state = importing.state
        assert (state["status"], state["error"]["line"]) == ("failed", 6)
        assert "at row 5" in state["error"]["detail"]
        assert importing.counts == {"created": 4}
        assert events(api, cloud)["import.completed"] == 1
        assert importing.reverted()["counts"]["reverted"] == 4

    def test_lets_the_rest_of_the_file_pass_when_it_no_longer_kills(
        self, cloud: Cloud, importing: Importing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.dies(cloud, importing, RECEIVED - 2)
        monkeypatch.setattr(self, "DEADLY", "nobody")

        importing.run()

        assert importing.state["status"] == "completed"
        assert importing.counts == {"created": 7}

    def test_is_not_what_the_store_does_not_answer(
        self, cloud: Cloud, importing: Importing
    ) -> None:
        self.death = StoreFailed("no answer")

        self.dies(cloud, importing, 2 * RECEIVED)

        assert importing.state["status"] == "running"


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
        with cloud.wire.crash_at("PutObject", "after") as crashed:
            cloud.invoke("imports_run", importing.event)
        assert crashed()
        cloud.clock.advance(minutes=6)
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


class TestConfirmation:
    """A workbook that is looked at first: it is converted, waits, and is gone on with."""

    @staticmethod
    def uploaded(api: Api, cloud: Cloud) -> Importing:
        rows = [line.split(",") for line in FILE.splitlines()]
        return prepared(api, cloud, confirm=True).upload(workbook(Leads=rows))

    @pytest.mark.parametrize(("number", "when"), crash_points(LOOK_CALLS))
    def test_is_asked_for_once_whatever_dies_before(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        importing = self.uploaded(api, cloud)

        with cloud.wire.crash_at(number, when):
            cloud.invoke("imports_run", importing.event)
        comes_again(cloud, importing)

        assert importing.state["status"] == "awaiting_confirmation"
        assert events(api, cloud) == {"import.awaiting_confirmation": 1}
        shown = api.post(f"/v1/imports/{importing.id}/preview", {}).json
        assert len(shown["rows"]) == len(FILE.splitlines()) - 1
        assert contacts(api) == {}

    def test_is_asked_for_with_no_more_calls(self, api: Api, cloud: Cloud) -> None:
        importing = self.uploaded(api, cloud)

        with cloud.wire.crash_at(LOOK_CALLS + 1) as crashed:
            importing.run()

        assert not crashed()

    @pytest.mark.parametrize(("number", "when"), crash_points(CONFIRM_CALLS))
    def test_begins_once(self, api: Api, cloud: Cloud, number: int, when: When) -> None:
        importing = self.uploaded(api, cloud)
        importing.run()
        path, asked = f"/v1/imports/{importing.id}/confirm", {"mapping": {"Stage": None}}

        with cloud.wire.crash_at(number, when):
            api.post(path, asked)
        answer = api.post(path, asked)
        cloud.drain()

        assert (answer.status, importing.state["status"]) == (202, "completed")
        assert importing.counts == {"created": 4, "skipped": 1, "failed": 1}
        assert events(api, cloud)["import.completed"] == 1
        assert all(contact["custom"] == {} for contact in contacts(api).values())

    def test_begins_with_no_more_calls(self, api: Api, cloud: Cloud) -> None:
        importing = self.uploaded(api, cloud)
        importing.run()

        with cloud.wire.crash_at(CONFIRM_CALLS + 1) as crashed:
            api.post(f"/v1/imports/{importing.id}/confirm", {})

        assert not crashed()
