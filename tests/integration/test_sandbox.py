"""The example data that a sandbox begins with."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.inbound.classification import rules
from outrider.kit.aws.dynamodb import Table
from outrider.sandbox.examples import examples
from outrider.sandbox.filling import packed_actions
from outrider.sequences.models import ReplyClass
from tests.harness.api import Api
from tests.harness.cloud import Cloud

TABLES = ("contacts", "companies", "leads", "campaigns", "enrollments", "messages")


def listed(api: Api, path: str) -> list[dict[str, Any]]:
    """All entries of a list, as a test key sees it."""
    separator = "&" if "?" in path else "?"
    page = api.get(f"{path}{separator}limit=200", mode="test").json
    assert page["has_more"] is False
    data: list[dict[str, Any]] = page["data"]
    return data


def paged(api: Api, path: str) -> list[dict[str, Any]]:
    """All entries of a list, page after page, as a test key sees it."""
    pages = [api.get(path, mode="test").json]
    while pages[-1]["has_more"]:
        pages.append(api.get(f"{path}&cursor={pages[-1]['next_cursor']}", mode="test").json)
    return [entry for page in pages for entry in page["data"]]


def counted(messages: list[dict[str, Any]]) -> dict[str, int]:
    """Statistics of a campaign, counted over its messages."""
    emails = [each for each in messages if each["direction"] == "out"]
    times = ("sent", "delivered", "opened", "machine_opened", "clicked", "bounced", "unsubscribed")
    return {
        **{name: sum(each[f"{name}_at"] is not None for each in emails) for name in times},
        "replied": sum(each["replied_at"] is not None for each in emails),
        "answers": sum(each["direction"] == "in" for each in messages),
    }


class TestExamples:
    def test_agree_with_each_other_and_survive_what_their_events_set_off(
        self, api: Api, cloud: Cloud
    ) -> None:
        workspace = api.workspace(sandbox="examples")
        partition = workspace.partition("test")
        at_first = {table: cloud.items(table, partition) for table in ("leads", "enrollments")}

        cloud.drain()

        assert {table: cloud.items(table, partition) for table in at_first} == at_first
        assert (cloud.mails(), cloud.executions.all) == ([], {})
        assert api.get("/v1/credits/ledger", mode="test").json["data"] == []
        statuses = set()
        for campaign in listed(api, "/v1/campaigns"):
            path = f"/v1/campaigns/{campaign['id']}"
            stats = api.get(f"{path}/stats", mode="test").json
            messages = listed(api, f"/v1/messages?campaign_id={campaign['id']}")
            enrollments = listed(api, f"{path}/enrollments")
            total, counts = stats["totals"], counted(messages)
            assert {
                **{name: total[name] for name in counts if name in total},
                "machine_opened": total["opened_by_machine"],
                "answers": sum(total["replied_by_class"].values()),
            } == counts
            states = Counter(each["status"] for each in enrollments)
            audience = stats["audience"]
            assert audience["total"] == states.total() == len(enrollments)
            assert (audience["bounced"], audience["active"]) == (
                states["bounced"],
                states["active"],
            )
            statuses.add(campaign["status"])
            assert campaign["updated_at"] > max(each["sent_at"] or "" for each in messages)
        assert statuses == {"completed", "paused"}
        contacts, companies = listed(api, "/v1/contacts"), listed(api, "/v1/companies")
        by_id = {company["id"]: company for company in companies}
        assert {each["email"].partition("@")[2] for each in contacts} == {
            company["domain"] for company in companies
        }
        assert all(by_id[each["company_id"]]["name"] == each["company"] for each in contacts)
        assert {each["status"] for each in contacts} == {
            *("new", "active", "replied", "interested", "not_interested"),
            *("unsubscribed", "bounced"),
        }
        assert {each["status"] for each in listed(api, "/v1/leads")} == {
            *("new", "qualified", "disqualified", "contacted", "replied"),
        }
        found = api.get("/api/v1/contacts?search=dana", mode="test").json
        assert (found["meta"]["total"], found["data"][0]["first_name"]) == (1, "Dana")
        (dana,) = listed(api, "/v1/contacts?email=dana.whitlock@harbor-analytics.example")
        assert dana["updated_at"] >= dana["last_replied_at"] > dana["created_at"]
        timeline = paged(api, f"/v1/contacts/{dana['id']}/timeline?limit=4")
        assert [each["event"] for each in reversed(timeline)] == [
            *("contact.created", "enrollment.created", "email.sent", "email.delivered"),
            *("email.opened", "email.sent", "email.delivered", "email.opened", "email.clicked"),
            *("reply.received", "reply.classified", "enrollment.finished"),
            *("lead.created", "lead.qualified"),
        ]

    def test_are_dated_from_the_moment_of_their_making(self, api: Api, cloud: Cloud) -> None:
        api.workspace("first", sandbox="examples")
        cloud.clock.advance(days=3)
        api.workspace("second", sandbox="examples")

        names = ("email", "status", "title", "fit_score")
        first, second = (
            api.get("/v1/contacts?limit=200&sort=created_at", workspace=name, mode="test").json
            for name in ("first", "second")
        )
        assert [[each[name] for name in names] for each in first["data"]] == [
            [each[name] for name in names] for each in second["data"]
        ]
        assert {each["id"] for each in first["data"]}.isdisjoint(
            each["id"] for each in second["data"]
        )
        moments = [page["data"][0]["created_at"] for page in (first, second)]
        assert moments[0] < moments[1]

    def test_leave_live_data_alone(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace(sandbox="examples")

        items = [item for table in TABLES for item in cloud.items(table, workspace.id)]
        assert {item["pk"].partition("#")[0] for item in items} == {workspace.partition("test")}

    def test_may_be_left_out(self, api: Api, cloud: Cloud) -> None:
        workspace = api.workspace(sandbox="empty")

        assert [item for table in TABLES for item in cloud.items(table, workspace.id)] == []

    def test_that_cannot_be_written_do_not_withhold_the_keys(self, api: Api, cloud: Cloud) -> None:
        with cloud.wire.refuse("dynamodb", "TransactWriteItems", "InternalServerError", skip=3):
            api.workspace(sandbox="examples")

        assert api.get("/v1/companies", mode="test").json["data"] == []


@pytest.mark.parametrize("name", examples().replies)
def test_replies_have_the_class_of_their_name(name: ReplyClass) -> None:
    found = rules.classify(
        examples().replies[name], "Re: A question", by_machine=False, received=date(2026, 3, 2)
    )

    assert found.value == name


class TestPacked:
    @given(st.lists(st.lists(st.integers(0, 30), max_size=5, unique=True)))
    def test_has_all_writes_in_order_and_each_item_once(self, groups: list[list[int]]) -> None:
        table = Table("any")
        written = [[table.delete_action("pk", str(number)) for number in each] for each in groups]

        transactions = [*packed_actions(written)]

        assert [action for each in transactions for action in each] == [
            action for group in written for action in group
        ]
        for each in transactions:
            keys = [action.params["Key"]["sk"]["S"] for action in each]
            assert len(keys) == len(set(keys)) < 100
