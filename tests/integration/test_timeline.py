"""GET /v1/contacts/{id}/timeline: what the feed and its messages tell of a contact."""

from typing import Any

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import launched


def created(api: Api, email: str = "ada@example.com") -> str:
    return str(api.post("/v1/contacts", {"email": email}).json["id"])


def names(answer: Any) -> list[str]:
    return [event["event"] for event in answer.json["data"]]


class TestTimeline:
    def test_tells_what_happened_newest_first(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        cloud.run_campaign(campaign.campaign_id)

        answer = api.get(f"/v1/contacts/{campaign.contact_ids[0]}/timeline")

        assert sorted(names(answer)) == [
            "contact.created",
            "email.sent",
            "email.sent",
            "enrollment.created",
            "enrollment.finished",
        ]
        times = [event["created_at"] for event in answer.json["data"]]
        assert times == sorted(times, reverse=True)

    def test_shows_events_as_the_feed_does(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        cloud.run_campaign(campaign.campaign_id)

        shown = api.get(f"/v1/contacts/{campaign.contact_ids[0]}/timeline").json["data"]

        feed = api.get("/v1/events?limit=200").json["data"]
        named = [
            {name: event[name] for name in ("id", "event", "created_at", "actor", "data")}
            for event in feed
            if event["data"].get("contact_id") == campaign.contact_ids[0]
        ]
        for event in named:
            event["id"] = None if event["event"] == "email.sent" else event["id"]
        assert sorted(shown, key=str) == sorted(named, key=str)

    def test_goes_on_behind_what_its_messages_tell(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        cloud.run_campaign(campaign.campaign_id)
        path = f"/v1/contacts/{campaign.contact_ids[0]}/timeline?limit=1"

        pages = [api.get(path)]
        while pages[-1].json["has_more"]:
            pages.append(api.get(f"{path}&cursor={pages[-1].json['next_cursor']}"))

        whole = api.get(path.replace("limit=1", "limit=50"))
        assert [names(page) for page in pages] == [[name] for name in names(whole)]
        assert len(pages) == 5

    def test_tells_nothing_of_others(self, api: Api, cloud: Cloud) -> None:
        contact_id, other = created(api), created(api, "grace@example.com")
        api.delete(f"/v1/contacts/{other}")
        cloud.drain()

        assert names(api.get(f"/v1/contacts/{contact_id}/timeline")) == ["contact.created"]

    def test_goes_on_from_page_to_page(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        for number in range(4):
            api.patch(f"/v1/contacts/{contact_id}", {"title": f"Title {number}"})
        cloud.drain()
        path = f"/v1/contacts/{contact_id}/timeline?limit=2"

        first = api.get(path)
        second = api.get(f"{path}&cursor={first.json['next_cursor']}")
        third = api.get(f"{path}&cursor={second.json['next_cursor']}")

        told = [event["id"] for page in (first, second, third) for event in page.json["data"]]
        assert len(told) == 5
        assert told == sorted(told, reverse=True)
        assert (third.json["has_more"], third.json["next_cursor"]) == (False, None)

    def test_finds_one_type(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        for number in range(4):
            api.patch(f"/v1/contacts/{contact_id}", {"title": f"Title {number}"})
        cloud.drain()

        answer = api.get(f"/v1/contacts/{contact_id}/timeline?type=contact.created&limit=1")

        assert names(answer) == ["contact.created"]


class TestTimelineOfWhatIsNotThere:
    def test_stays_when_the_contact_goes(self, api: Api, cloud: Cloud) -> None:
        contact_id = created(api)
        api.delete(f"/v1/contacts/{contact_id}")
        cloud.drain()
        path = f"/v1/contacts/{contact_id}/timeline"

        assert names(api.get(path)) == ["contact.deleted", "contact.created"]
        assert names(api.get(f"{path}?type=email.sent")) == []

    def test_is_empty_before_the_feed_knows_the_contact(self, api: Api) -> None:
        answer = api.get(f"/v1/contacts/{created(api)}/timeline")

        assert (answer.status, answer.json["data"]) == (200, [])

    def test_does_not_begin_with_the_cursor_of_another(self, api: Api, cloud: Cloud) -> None:
        contact_id, other = created(api), created(api, "grace@example.com")
        api.patch(f"/v1/contacts/{contact_id}", {"title": "CTO"})
        cloud.drain()
        cursor = api.get(f"/v1/contacts/{contact_id}/timeline?limit=1").json["next_cursor"]

        answer = api.get(f"/v1/contacts/{other}/timeline?limit=1&cursor={cursor}")

        assert answer.json["errors"][0]["pointer"] == "/query/cursor"
