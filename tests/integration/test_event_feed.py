"""The feed as it is asked: by what, by whom, about what, from either end."""

from typing import Any

import pytest

from outrider.access.models import Caller, WorkspaceId
from outrider.events.models import RecordedEvent
from outrider.kit import ids
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.feed import record
from tests.integration.outreach import launched

pytestmark = pytest.mark.usefixtures("cloud")


def happened(api: Api, name: str, actor: str = "engine", **data: Any) -> RecordedEvent:
    """An event in the feed, as the relay records it."""
    caller = Caller(WorkspaceId(api.workspace().id), actor)
    (recorded,) = record(caller.event(name, **data))
    return recorded


def pages(api: Api, question: str, most: int = 20) -> list[Answer]:
    """One page after the other, to the end."""
    found = [api.get(f"/v1/events?{question}")]
    while found[-1].json["has_more"]:
        assert len(found) < most
        cursor = found[-1].json["next_cursor"]
        found.append(api.get(f"/v1/events?{question}&cursor={cursor}"))
    return found


def read(api: Api, question: str) -> list[str]:
    """The ids of the events that a reader gets who reads to the end."""
    return [event["id"] for page in pages(api, question) for event in page.json["data"]]


def dynamodb(answer: Answer) -> list[str]:
    return [call.operation for call in answer.calls if call.service == "dynamodb"][1:]


class TestType:
    def test_may_be_several_names_and_families(self, api: Api) -> None:
        wanted = [
            happened(api, "campaign.created", campaign_id=ids.new("cam")),
            happened(api, "email.bounced", contact_id=ids.new("con")),
        ]
        happened(api, "email.sent", contact_id=ids.new("con"))
        happened(api, "sequence.created", sequence_id=ids.new("seq"))

        assert read(api, "type=email.bounced,campaign.*") == [each.id for each in wanted]

    def test_says_which_there_are(self, api: Api) -> None:
        answer = api.get("/v1/events?type=contact.created,campaign.exploded,mail.*")

        (error,) = answer.json["errors"]
        assert (answer.status, error["pointer"]) == (422, "/query/type")
        assert "There is no event campaign.exploded, mail.*" in error["detail"]
        assert "campaign.launched" in error["detail"]
        assert "email.*" in error["detail"]

    def test_of_what_names_nobody_does_not_look_at_the_mails(self, api: Api, cloud: Cloud) -> None:
        wanted = happened(api, "campaign.created", campaign_id=ids.new("cam"))
        for _ in range(30):
            happened(api, "email.sent", contact_id=ids.new("con"))
        cloud.clock.advance(minutes=2)

        answer = api.get("/v1/events?type=campaign.*&limit=1")

        assert [event["id"] for event in answer.json["data"]] == [wanted.id]
        asked = [call.params["ExpressionAttributeValues"] for call in answer.calls[1:]]
        assert [values[":pk"]["S"].rpartition("#")[2] for values in asked] == [
            "nobody",
            "feed",  # the batch in which the last seconds begin, and what follows it
            "feed",
        ]
        assert answer.json["has_more"] is False


class TestResource:
    @pytest.mark.parametrize("order", ["recorded_at", "-recorded_at"])
    def test_may_be_anything_an_event_names(self, api: Api, cloud: Cloud, order: str) -> None:
        campaign = launched(api, contacts=2)
        cloud.run(hours=1)
        everything = api.get("/v1/events?limit=200").json["data"]
        named = {
            value
            for event in everything
            for name, value in event["data"].items()
            if name.endswith("_id") and value
        }

        assert {each.partition("_")[0] for each in named} >= {"cam", "con", "enr", "mbx", "msg"}
        for resource in named:
            expected = [each["id"] for each in everything if resource in each["data"].values()]
            found = read(api, f"resource={resource}&sort={order}&limit=2")
            assert found == (expected if order == "recorded_at" else expected[::-1]), resource
        assert campaign.campaign_id in named

    @pytest.mark.parametrize("age", [0, 30, 90])
    def test_is_found_whatever_lies_between(self, api: Api, cloud: Cloud, age: int) -> None:
        contact_id = ids.new("con")
        first = happened(api, "contact.created", contact_id=contact_id)
        happened(api, "contact.created", contact_id=ids.new("con"))
        cloud.clock.advance(seconds=age)
        second = happened(api, "contact.updated", contact_id=contact_id, changed=["title"])
        cloud.clock.advance(seconds=age)

        assert read(api, f"resource={contact_id}&limit=1") == [first.id, second.id]

    @pytest.mark.parametrize("of", ["con", "enr"])
    def test_that_names_a_contact_is_not_looked_for_among_the_mails(
        self, api: Api, cloud: Cloud, of: str
    ) -> None:
        contact_id, campaign_id = ids.new("con"), ids.new("cam")
        names = {
            "contact_id": contact_id,
            "enrollment_id": ids.joined("enr", campaign_id, contact_id),
        }
        resource = contact_id if of == "con" else names["enrollment_id"]
        wanted = happened(api, "enrollment.created", **names)
        for _ in range(30):
            happened(api, "email.sent", contact_id=ids.new("con"))
        cloud.clock.advance(minutes=5)

        answers = [
            api.get(f"/v1/events?type=enrollment.*&resource={resource}&sort={order}")
            for order in ("recorded_at", "-recorded_at")
        ]

        assert [[each["id"] for each in answer.json["data"]] for answer in answers] == [
            [wanted.id],
            [wanted.id],
        ]
        assert [len(dynamodb(answer)) for answer in answers] == [3, 1]

    def test_is_not_looked_for_before_it_was_made(self, api: Api, cloud: Cloud) -> None:
        for _ in range(3):
            happened(api, "email.sent", contact_id=ids.new("con"))
        cloud.clock.advance(hours=1)
        campaign_id = ids.new("cam")
        made = happened(api, "campaign.created", campaign_id=campaign_id)

        answer = api.get(f"/v1/events?resource={campaign_id}")

        begun, read = [call for call in answer.calls if call.operation == "Query"]
        assert [event["id"] for event in answer.json["data"]] == [made.id]
        assert begun.params["ExpressionAttributeValues"][":last"]["S"].startswith("2026-03-02T09:5")
        assert read.params["ExpressionAttributeValues"][":first"]["S"].startswith("2026-03-02T09:0")

    @pytest.mark.parametrize("order", ["recorded_at", "-recorded_at"])
    @pytest.mark.parametrize("prefix", ["cam", "com"])
    def test_is_not_there_before_it_was_made(self, api: Api, prefix: str, order: str) -> None:
        made_up = f"{prefix}_{'z' * ids.LENGTH}"
        times = ("", "&until=2026-03-01T00:00:00Z", "&since=2026-03-01T00:00:00Z")

        answers = [
            api.get(f"/v1/events?resource={resource}&sort={order}{time}")
            for resource in (made_up, made_up + "z" * ids.LENGTH, ids.new(prefix))
            for time in times
        ]

        assert [(answer.status, answer.json["data"]) for answer in answers] == [(200, [])] * 9

    def test_of_others_is_not_found(self, api: Api) -> None:
        contact_id = ids.new("con")
        happened(api, "contact.created", contact_id=contact_id)
        api.workspace("globex")

        answer = api.get(f"/v1/events?resource={contact_id}", workspace="globex")

        assert (answer.status, answer.json["data"]) == (200, [])


class TestActor:
    def test_is_a_key_or_the_engine(self, api: Api, cloud: Cloud) -> None:
        by_key = api.post("/v1/contacts", {"email": "ada@example.com"}).json["id"]
        cloud.drain()
        by_engine = happened(api, "contact.updated", contact_id=by_key, changed=["verified"])
        (created,) = api.get("/v1/events?type=contact.created").json["data"]
        actor = created["actor"]

        assert created["id"] in read(api, f"actor={actor}")
        assert created["id"] in read(api, f"actor={actor.partition(':')[2]}")
        assert by_engine.id in read(api, "actor=engine")
        assert created["id"] not in read(api, "actor=engine")


class TestOrder:
    def test_newest_first_goes_back_to_the_beginning(self, api: Api, cloud: Cloud) -> None:
        events = []
        for _ in range(5):
            events.append(happened(api, "contact.created", contact_id=ids.new("con")).id)
            cloud.clock.advance(seconds=1)

        assert read(api, "sort=-recorded_at&limit=2&type=contact.created") == events[::-1]
        assert read(api, "sort=-recorded_at&limit=200&type=contact.created") == events[::-1]

    def test_newest_first_takes_a_span(self, api: Api, cloud: Cloud) -> None:
        events = []
        for _ in range(4):
            events.append(happened(api, "contact.created", contact_id=ids.new("con")).id)
            cloud.clock.advance(seconds=10)
        span = "since=2026-03-02T09:00:10Z&until=2026-03-02T09:00:30Z"

        assert read(api, f"{span}&sort=-recorded_at&limit=1") == [events[2], events[1]]

    def test_a_cursor_of_the_other_order_is_refused(self, api: Api) -> None:
        for _ in range(2):
            happened(api, "contact.created", contact_id=ids.new("con"))

        cursor = api.get("/v1/events?limit=1").json["next_cursor"]
        answer = api.get(f"/v1/events?limit=1&sort=-recorded_at&cursor={cursor}")

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/query/cursor")


class TestBound:
    @pytest.mark.parametrize("order", ["recorded_at", "-recorded_at"])
    def test_holds_for_every_filter(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, order: str
    ) -> None:
        monkeypatch.setattr("outrider.events.service._LOOKED_AT", 20)
        for _ in range(30):
            happened(api, "email.sent", contact_id=ids.new("con"))
        nowhere = f"resource={ids.new('sup')}&actor={ids.new('key')}&type=email.*&sort={order}"

        answers = pages(api, nowhere)

        assert [len(answer.json["data"]) for answer in answers] == [0, 0]
        assert [len(dynamodb(answer)) for answer in answers] == [2, 2]


class TestFollowing:
    @pytest.mark.parametrize("question", ["", "&type=contact.*", "&type=campaign.*"])
    def test_misses_nothing(self, api: Api, cloud: Cloud, question: str) -> None:
        """A reader who asks again and again, in pages of any size, gets each event once."""
        made: list[str] = []
        seen: list[str] = []
        cursor = ""
        for round_ in range(12):
            for name in ("contact.created", "campaign.created", "email.sent")[: round_ % 4]:
                about = "campaign_id" if name == "campaign.created" else "contact_id"
                event = happened(api, name, **{about: ids.new(about[:3])})
                if not question or name.partition(".")[0] in question:
                    made.append(event.id)
            page = api.get(f"/v1/events?limit={round_ % 3 + 1}{question}{cursor}").json
            seen += [event["id"] for event in page["data"]]
            cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else ""
            cloud.clock.advance(seconds=round_ * 2)
        seen += read(api, f"limit=5{question}{cursor}")

        assert seen == made


class TestGetEvent:
    def test_gives_what_the_feed_has(self, api: Api) -> None:
        event = happened(api, "contact.created", contact_id=ids.new("con"))

        found = api.get(f"/v1/events/{event.id}")

        (listed,) = api.get(f"/v1/events?resource={event.data['contact_id']}").json["data"]
        assert (found.status, found.json) == (200, listed)

    def test_finds_no_other(self, api: Api) -> None:
        event = happened(api, "contact.created", contact_id=ids.new("con"))
        api.workspace("globex")
        unknown = [ids.new("evt"), f"evt_{'z' * ids.LENGTH}", ids.numbered("evt", 0, 1, "wsp")]

        answers = [api.get(f"/v1/events/{each}") for each in unknown]
        answers.append(api.get(f"/v1/events/{event.id}", workspace="globex"))

        assert [answer.status for answer in answers] == [404] * 4
