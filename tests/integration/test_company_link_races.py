"""Links come out right whatever happens meanwhile: changes, crashes, ten thousand contacts."""

from collections.abc import Callable
from typing import Any

import pytest

from outrider.contacts.company_links import ContactLinks, LinkSweep
from outrider.contacts.repository import ContactRepository
from outrider.kit.aws.attributes import encode_item
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.linking import (
    ADA,
    change,
    company,
    company_of,
    contact,
    delete,
    left,
    places,
    settle,
)


class TestRaces:
    def test_a_contact_created_while_its_company_is(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The contact's worker looks before the company is there, and writes after."""
        made: list[str] = []
        looking = ContactLinks._decided

        def look(self: Any, items: Any, gone: str | None) -> Any:
            decided = list(looking(self, items, gone))
            if not made:
                made.append(company(api))
            return iter(decided)

        monkeypatch.setattr(ContactLinks, "_decided", look)
        contact_id = contact(api)
        settle(cloud)

        assert company_of(api, contact_id) == made[0]

    @pytest.mark.parametrize("happens", ["deleted", "moved"])
    def test_a_contact_linked_while_its_company_goes(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, happens: str
    ) -> None:
        company_id = company(api)
        settle(cloud)

        def goes() -> None:
            if happens == "deleted":
                delete(api, company_id)
            else:
                api.patch(f"/v1/companies/{company_id}", {"domain": "b.example"})

        monkeypatch.setattr(ContactRepository, "link", _first(goes, ContactRepository.link))
        contact_id = contact(api)
        settle(cloud)

        assert (company_of(api, contact_id), places(cloud, api)) == (
            None,
            {ADA: "dom#acme.example"},
        )

    @pytest.mark.parametrize("happens", ["deleted", "by hand", "readdressed"])
    def test_a_contact_changed_while_it_is_unlinked(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, happens: str
    ) -> None:
        company_id, other = company(api), company(api, "b.example")
        contact_id, second = contact(api), contact(api, "grace@acme.example")
        settle(cloud)

        def changes() -> None:
            match happens:
                case "deleted":
                    delete(api, contact_id)
                case "by hand":
                    change(api, contact_id, company_id=other)
                case _:
                    change(api, contact_id, email="ada@b.example")

        delete(api, company_id)
        monkeypatch.setattr(ContactRepository, "link", _first(changes, ContactRepository.link))
        settle(cloud)

        assert company_of(api, second) is None
        if happens == "deleted":
            assert api.get(f"/v1/contacts/{contact_id}").status == 404
        else:
            assert company_of(api, contact_id) == other
        assert company_id not in left(cloud, api)


def _first(happens: Callable[[], None], then: Callable[..., None]) -> Callable[..., None]:
    """`then`, but before its first call something happens."""
    waiting = [happens]

    def call(*args: Any) -> None:
        if waiting:
            waiting.pop()()
        then(*args)

    return call


def messages(cloud: Cloud) -> dict[str, Any]:
    """What waits for the worker, as it gets it."""
    cloud.clock.advance(seconds=10)
    waiting = cloud.queue("CompanyLinksQueue").receive(10)
    bodies = [message.body for message in waiting]
    return {"Records": [{"messageId": str(at), "body": body} for at, body in enumerate(bodies)]}


CREATED_CALLS, DELETED_CALLS = 6, 6
"""The AWS calls of a sweep here; a test below says that there are no more."""


class TestCrash:
    @pytest.mark.parametrize(("number", "when"), crash_points(CREATED_CALLS))
    def test_of_a_sweep_after_a_creation_leaves_nobody_out(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        contact_ids = [contact(api, f"a{each}@acme.example") for each in range(3)]
        company_id = company(api)
        cloud.drain()
        records = messages(cloud)

        with cloud.wire.crash_at(number, when):
            cloud.invoke("contacts_link", records)
        settle(cloud)

        assert {company_of(api, each) for each in contact_ids} == {company_id}
        assert {api.get(f"/v1/contacts/{each}").json["version"] for each in contact_ids} == {2}

    @pytest.mark.parametrize(("number", "when"), crash_points(DELETED_CALLS))
    @pytest.mark.parametrize("passes", [1, 2])
    def test_of_a_sweep_after_a_deletion_leaves_nothing(
        self, api: Api, cloud: Cloud, number: int, when: When, passes: int
    ) -> None:
        company_id = company(api)
        contact_ids = [contact(api, f"a{each}@acme.example") for each in range(3)]
        settle(cloud)
        delete(api, company_id)
        cloud.drain()
        for _ in range(passes - 1):
            cloud.clock.advance(seconds=5)
            cloud.drain()
        records = messages(cloud)

        with cloud.wire.crash_at(number, when):
            cloud.invoke("contacts_link", records)
        settle(cloud)

        assert {company_of(api, each) for each in contact_ids} == {None}
        assert {api.get(f"/v1/contacts/{each}").json["version"] for each in contact_ids} == {3}
        assert left(cloud, api) == []

    def test_has_been_tried_at_every_call(self, api: Api, cloud: Cloud) -> None:
        contact(api)
        company_id = company(api)
        cloud.drain()
        counted = []
        records = messages(cloud)
        with cloud.wire.recording() as calls:
            cloud.invoke("contacts_link", records)
        counted.append(len(calls))
        delete(api, company_id)
        cloud.queue("CompanyLinksQueue").messages.clear()
        cloud.drain()
        for _ in range(2):
            records = messages(cloud)
            with cloud.wire.recording() as calls:
                cloud.invoke("contacts_link", records)
            counted.append(len(calls))

        assert max(counted) <= min(CREATED_CALLS, DELETED_CALLS), counted

    def test_of_the_contacts_worker_leaves_nobody_out(self, api: Api, cloud: Cloud) -> None:
        company_id = company(api)
        settle(cloud)
        contact_id = contact(api)

        for number in (1, 2, 3):
            with cloud.wire.crash_at(number, "after"):
                cloud.drain()
        settle(cloud)

        assert company_of(api, contact_id) == company_id


class TestMany:
    @pytest.mark.parametrize("count", [250, pytest.param(10_000, marks=pytest.mark.slow)])
    def test_contacts_are_linked_and_unlinked_in_the_background(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, count: int
    ) -> None:
        """By a function that has time for one page only, every time."""
        seed(cloud, api, count)
        monkeypatch.setattr(LinkSweep, "run", _hurried(LinkSweep.run))
        company_id = company(api)
        settle(cloud)
        linked = set(places(cloud, api).values())
        delete(api, company_id)
        settle(cloud)

        assert linked == {company_id}
        assert set(places(cloud, api).values()) == {"dom#acme.example"}
        assert left(cloud, api) == []


def _hurried(run: Callable[..., None]) -> Callable[..., None]:
    return lambda self, job, _: run(self, job, lambda: False)


def seed(cloud: Cloud, api: Api, count: int) -> None:
    """Contacts as they stand in the table, without what follows their creation."""
    workspace = api.workspace().id
    table = cloud.stack.data["ContactsTableName"]
    client = cloud.stack.session.create_client("dynamodb")
    items = [
        {
            "pk": workspace,
            "sk": f"con_{number:026d}",
            "id": f"con_{number:026d}",
            "email": f"a{number}@acme.example",
            "by_company_pk": f"{workspace}#dom#acme.example",
            "created_at": "2026-03-02T09:00:00.000Z",
            "updated_at": "2026-03-02T09:00:00.000Z",
            "version": 1,
        }
        for number in range(count)
    ]
    for start in range(0, count, 25):
        puts = [{"PutRequest": {"Item": encode_item(item)}} for item in items[start : start + 25]]
        client.batch_write_item(RequestItems={table: puts})
