"""Reading messages and threads."""

from typing import Any

import pytest

from outrider.messages.models import Classification, Message
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_message


def listed(api: Api, query: str = "") -> list[str]:
    """Ids of all messages that a filter lets through, over pages of two."""
    found: list[str] = []
    cursor = ""
    while True:
        page = api.get(f"/v1/messages?limit=2{query}{cursor}").json
        found += [message["id"] for message in page["data"]]
        if not page["has_more"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


@pytest.fixture
def written(api: Api, cloud: Cloud) -> list[Message]:
    """Four messages, oldest first: the third is a reply to the second."""
    first = a_message(api, state="unknown")
    cloud.clock.advance(minutes=1)
    second = a_message(api, html="<p>Hi</p>")
    cloud.clock.advance(minutes=1)
    reply = a_message(
        api,
        contact_id=second.contact_id,
        campaign_id=second.campaign_id,
        direction="in",
        state="received",
        text="y" * 5_000,
        classification=Classification(value="interested", source="rule", confidence=0.9),
    )
    cloud.clock.advance(minutes=1)
    last = a_message(api, contact_id=second.contact_id, channel="sms", mailbox_id="")
    cloud.drain()
    return [first, second, reply, last]


class TestList:
    def test_lists_the_newest_first(self, api: Api, written: list[Message]) -> None:
        assert listed(api) == [message.id for message in reversed(written)]

    def test_by_each_filter(self, api: Api, written: list[Message]) -> None:
        first, second, reply, last = written
        expected: dict[str, list[Message]] = {
            f"contact_id={second.contact_id}": [last, reply, second],
            f"campaign_id={second.campaign_id}": [reply, second],
            f"mailbox_id={first.mailbox_id}": [first],
            "status=unknown": [first],
            "status=received": [reply],
            "direction=in": [reply],
            "channel=sms": [last],
            "classification=interested": [reply],
            f"contact_id={second.contact_id}&direction=out": [last, second],
            "classification=objection": [],
        }

        found = {query: listed(api, f"&{query}") for query in expected}

        assert found == {query: [each.id for each in those] for query, those in expected.items()}

    def test_lists_a_message_once_whatever_was_told_of_it(
        self, api: Api, cloud: Cloud, written: list[Message]
    ) -> None:
        first, *others = written
        api.post(f"/v1/messages/{first.id}/settle", {"outcome": "sent"})
        cloud.drain()

        assert listed(api) == [first.id, *(message.id for message in reversed(others))]

    def test_looks_for_few_among_many_in_a_few_calls(self, api: Api, cloud: Cloud) -> None:
        a_message(api, direction="in", state="received")
        for _ in range(120):
            a_message(api)
        cloud.drain()

        page = api.get("/v1/messages?direction=in")

        assert len(page.json["data"]) == 1
        assert len(page.calls) <= 4

    def test_shows_the_beginning_of_texts(self, api: Api, written: list[Message]) -> None:
        page: dict[str, Any] = api.get("/v1/messages?direction=in").json

        assert len(page["data"][0]["text"]) == 2_000
        assert api.get(f"/v1/messages/{written[2].id}").json["text"] == "y" * 5_000


class TestGet:
    def test_hides_other_workspaces_messages(self, api: Api, written: list[Message]) -> None:
        path = f"/v1/messages/{written[1].id}"

        assert api.get(path).json["html"] == "<p>Hi</p>"
        assert api.get(path, workspace="globex").status == 404
        assert api.get("/v1/messages/nonsense").json["code"] == "RESOURCE_NOT_FOUND"


class TestThreads:
    def test_of_a_contact_are_listed_by_their_newest_message(
        self, api: Api, written: list[Message]
    ) -> None:
        _, second, reply, last = written
        path = f"/v1/threads?contact_id={second.contact_id}&limit=1"

        newest = api.get(path).json
        rest = api.get(f"{path}&cursor={newest['next_cursor']}").json

        (one,), (other,) = newest["data"], rest["data"]
        assert (newest["has_more"], rest["has_more"]) == (True, False)
        assert (one["id"], one["message_count"], one["last_reply_at"]) == (last.thread_id, 1, None)
        assert (other["id"], other["message_count"]) == (second.thread_id, 2)
        assert other["last_message_at"] == other["last_reply_at"] == reply.created_at
        assert other["subject"] == "A question"

    def test_of_another_workspace_are_not_listed(self, api: Api, written: list[Message]) -> None:
        path = f"/v1/threads?contact_id={written[1].contact_id}"

        assert api.get(path, workspace="globex").json["data"] == []

    def test_are_those_of_one_contact(self, api: Api) -> None:
        assert api.get("/v1/threads").json["errors"][0]["pointer"] == "/query/contact_id"


class TestThread:
    def test_has_both_sides_in_order(self, api: Api, written: list[Message]) -> None:
        _, second, reply, _ = written

        thread = api.get(f"/v1/threads/{second.thread_id}").json

        assert [message["id"] for message in thread["messages"]] == [second.id, reply.id]
        assert thread["subject"] == "A question"
        assert api.get(f"/v1/threads/{second.thread_id}", workspace="globex").status == 404
        assert api.get("/v1/threads/thr_nonsense").status == 404
