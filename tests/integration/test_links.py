"""The links in a mail: unsubscribing, following, opening."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.kit import hourly_counts
from tests.harness.api import ANONYMOUS, Answer, Api, Mode
from tests.harness.cloud import Cloud
from tests.harness.failures import crash_points
from tests.harness.stack import PARAMETERS
from tests.integration.outreach import (
    BROWSER,
    HTML_STEP,
    STEP_TWO,
    Launched,
    a_mailbox,
    some_contacts,
    status,
    tracking_path,
)

UNSUBSCRIBE_CALLS = 8


def written_to(
    api: Api,
    cloud: Cloud,
    *,
    steps: tuple[dict[str, Any], ...] = (HTML_STEP, STEP_TWO),
    contacts: int = 1,
    mode: Mode = "live",
    **settings: Any,
) -> Launched:
    """Contacts who got the first step's mail an hour ago."""
    a_mailbox(api, mode=mode)
    contact_ids = some_contacts(api, contacts, mode=mode)
    body = {"name": "First", "steps": list(steps), "settings": settings}
    sequence = api.post("/v1/sequences", body, mode=mode)
    assert sequence.status == 201, sequence.text
    path = f"/v1/sequences/{sequence.json['id']}/launch"
    answer = api.post(path, {"contact_ids": contact_ids}, mode=mode)
    cloud.run(hours=1)
    return Launched(sequence.json["id"], answer.json["campaign_id"], contact_ids, answer.json)


def the_message(cloud: Cloud, api: Api, mode: Mode = "live") -> dict[str, Any]:
    partition = f"{api.workspace().partition(mode)}#con"
    items = cloud.items("messages", partition)
    first, *_ = sorted(
        (item for item in items if "created_at" in item), key=lambda item: item["created_at"]
    )
    return first


def link(cloud: Cloud, kind: str, number: int = 0) -> str:
    """The path of the first link of this kind in a mail."""
    return tracking_path(cloud.mails()[number], kind)


def one_click(api: Api, path: str) -> Answer:
    """As a mail program does it (RFC 8058)."""
    body = b"List-Unsubscribe=One-Click"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return api.post(path, body, key=ANONYMOUS, headers=headers)


def get(api: Api, path: str, method: str = "GET", **headers: str) -> Answer:
    return api.request(method, path, key=ANONYMOUS, headers={**BROWSER, **headers})


def feed(api: Api, name: str, mode: Mode = "live") -> list[dict[str, Any]]:
    page = api.get(f"/v1/events?limit=200&type={name}", mode=mode).json
    return [event["data"] for event in page["data"]]


def counts(cloud: Cloud, api: Api, campaign: Launched) -> dict[str, int]:
    """What the statistics have counted, all days, steps and variants together, but not by hours."""
    found: dict[str, int] = {}
    for item in cloud.items("campaigns", f"{api.workspace().id}#{campaign.campaign_id}"):
        if item["sk"].startswith("stat#"):
            for name in item.keys() - {"pk", "sk"}:
                if not hourly_counts.is_hour(name):
                    found[name] = found.get(name, 0) + int(item[name])
    return found


def suppressed(api: Api, mode: Mode = "live") -> list[tuple[str, str]]:
    page = api.get("/v1/suppressions", mode=mode).json["data"]
    return [(each["address"], each["reason"]) for each in page]


def altered(path: str) -> Iterator[str]:
    head, _, token = path.rpartition("/")
    token, _, rest = token.partition(".")
    for place in (0, 1, 30, 60, 87):
        other = "A" if token[place] != "A" else "B"
        yield f"{head}/{token[:place]}{other}{token[place + 1 :]}{'.' if rest else ''}{rest}"


class TestAsk:
    def test_shows_a_page_and_changes_nothing(self, api: Api, cloud: Cloud) -> None:
        written_to(api, cloud)
        path = link(cloud, "u")

        with cloud.writes() as written:
            answer = get(api, f"{path}?utm_source=mail")

        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html")
        assert '<form method="post">' in answer.text
        assert "<script" not in answer.text
        assert "ada0@example.com" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert written == []

    def test_a_link_checker_changes_nothing(self, api: Api, cloud: Cloud) -> None:
        written_to(api, cloud, track_opens=True, track_clicks=True)

        with cloud.writes() as written:
            answers = [get(api, link(cloud, kind), "HEAD") for kind in "uoc"]
            none = [get(api, path, "HEAD") for path in ("/t/u/x", "/t/o/x.gif", "/t/c/x")]

        assert [(each.status, each.text) for each in answers] == [(200, ""), (200, ""), (302, "")]
        assert [each.status for each in none] == [404] * 3
        assert written == []

    def test_an_altered_link_is_none(self, api: Api, cloud: Cloud) -> None:
        written_to(api, cloud, track_opens=True, track_clicks=True)
        links = [link(cloud, kind) for kind in "uco"]

        with cloud.writes() as written:
            answers = [get(api, path) for good in links for path in altered(good)]
            answers += [one_click(api, path) for path in altered(links[0])]
            answers += [get(api, "/t/u/x"), get(api, "/t/c/x"), get(api, "/t/o/x.gif")]
            answers += [
                get(api, "/t/u/\r\x00"),
                one_click(api, '/t/u/"\n'),
                get(api, "/t/c/\u20ac"),
            ]
            tokens = [path.rpartition("/")[2].removesuffix(".gif") for path in links]
            answers += [get(api, f"/t/u/{tokens[1]}"), one_click(api, f"/t/u/{tokens[2]}")]
            answers += [get(api, f"/t/c/{tokens[0]}"), get(api, f"/t/o/{tokens[0]}.gif")]

        assert {answer.status for answer in answers} == {404}
        assert {answer.headers["Content-Type"] for answer in answers} == {"text/html"}
        assert all("Location" not in answer.headers for answer in answers)
        assert written == []


class TestUnsubscribe:
    def test_suppresses_marks_counts_and_ends_everything(self, api: Api, cloud: Cloud) -> None:
        campaign = written_to(api, cloud)

        answer = one_click(api, link(cloud, "u"))
        cloud.run(hours=4)

        assert (answer.status, "Location" in answer.headers) == (200, False)
        assert len(cloud.mails()) == 1
        assert suppressed(api) == [("ada0@example.com", "unsubscribed")]
        (contact_id,) = campaign.contact_ids
        assert api.get(f"/v1/contacts/{contact_id}").json["status"] == "unsubscribed"
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1
        assert counts(cloud, api, campaign)["unsubscribed"] == 1
        (unsubscribed,) = feed(api, "contact.unsubscribed")
        assert unsubscribed["contact_id"] == contact_id
        assert unsubscribed["message_id"] == the_message(cloud, api)["sk"]
        assert [event["reason"] for event in feed(api, "contact.suppressed")] == ["unsubscribed"]
        (ended,) = feed(api, "enrollment.finished")
        assert (ended["status"], ended["reason"]) == ("opted_out", "unsubscribed")

    def test_twice_is_once(self, api: Api, cloud: Cloud) -> None:
        campaign = written_to(api, cloud)
        path = link(cloud, "u")
        one_click(api, path)
        cloud.drain()

        with cloud.writes() as written:
            again = api.post(path, key=ANONYMOUS)

        assert (again.status, written) == (200, [])
        assert counts(cloud, api, campaign)["unsubscribed"] == 1

    def test_is_done_though_the_contact_changes_at_the_same_moment(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written_to(api, cloud)
        read = ContactRepository.get

        def read_and_changed(contacts: ContactRepository, contact_id: str) -> Contact | None:
            monkeypatch.setattr(ContactRepository, "get", read)
            before = read(contacts, contact_id)
            api.patch(f"/v1/contacts/{contact_id}", {"email": "new@example.com"})
            return before

        monkeypatch.setattr(ContactRepository, "get", read_and_changed)
        answer = one_click(api, link(cloud, "u"))

        assert answer.status == 200
        assert suppressed(api) == [("ada0@example.com", "unsubscribed")]
        (contact,) = api.get("/v1/contacts").json["data"]
        assert (contact["email"], contact["status"]) == ("new@example.com", "unsubscribed")

    def test_goes_on_working_when_all_but_the_message_is_gone(self, api: Api, cloud: Cloud) -> None:
        campaign = written_to(api, cloud)
        path = link(cloud, "u")
        api.delete(f"/v1/contacts/{campaign.contact_ids[0]}")
        cloud.clock.advance(days=3_000)

        answer = one_click(api, path)
        cloud.drain()

        assert answer.status == 200
        assert suppressed(api) == [("ada0@example.com", "unsubscribed")]
        assert len(feed(api, "contact.unsubscribed")) == 1

    def test_reaches_the_contact_that_the_recipient_was_merged_into(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = written_to(api, cloud)
        other = api.post("/v1/contacts", {"email": "ada@other.example"}).json["id"]
        merge = {"winner_id": other, "loser_ids": campaign.contact_ids}
        assert api.post("/v1/contacts/merge", merge).status < 300

        one_click(api, link(cloud, "u"))
        cloud.run(hours=4)

        assert api.get(f"/v1/contacts/{other}").json["status"] == "unsubscribed"
        assert suppressed(api) == [("ada0@example.com", "unsubscribed")]
        assert len(cloud.mails()) == 1

    def test_takes_the_place_of_a_bounce(self, api: Api, cloud: Cloud) -> None:
        written_to(api, cloud)
        api.post("/v1/suppressions", {"address": "ada0@example.com", "reason": "bounced"})

        one_click(api, link(cloud, "u"))

        assert suppressed(api) == [("ada0@example.com", "unsubscribed")]

    def test_of_an_erased_contact_says_so_and_keeps_nothing(self, api: Api, cloud: Cloud) -> None:
        campaign = written_to(api, cloud)
        path = link(cloud, "u")
        assert api.post(f"/v1/contacts/{campaign.contact_ids[0]}/erase").status < 300
        cloud.drain()

        with cloud.writes() as written:
            asked, pressed = get(api, path), one_click(api, path)

        assert [asked.status, pressed.status, written] == [200, 200, []]
        assert "Nothing to unsubscribe" in asked.text
        assert "Nothing to unsubscribe" in pressed.text
        assert "ada0" not in str(cloud.items("contacts"))

    def test_works_in_the_sandbox(self, api: Api, cloud: Cloud) -> None:
        written_to(api, cloud, mode="test")
        message_id = the_message(cloud, api, "test")["sk"]
        text = api.get(f"/v1/messages/{message_id}", mode="test").json["text"]
        path = text.partition("https://api.outrider.test")[2].strip()

        answer = one_click(api, path)
        cloud.drain()

        assert answer.status == 200
        assert suppressed(api, "test") == [("ada0@example.com", "unsubscribed")]
        assert suppressed(api) == []

    def test_is_finished_by_pressing_again(self, api: Api, cloud: Cloud) -> None:
        """Whichever call it dies at; each time with another recipient."""
        points = crash_points(UNSUBSCRIBE_CALLS)
        campaign = written_to(api, cloud, contacts=len(points))
        paths = [link(cloud, "u", number) for number in range(len(points))]

        for path, (number, when) in zip(paths, points, strict=True):
            with cloud.wire.crash_at(number, when) as crashed:
                one_click(api, path)
            assert crashed()
            one_click(api, path)
        cloud.run(hours=4)

        assert len(cloud.mails()) == len(points)
        assert len(suppressed(api)) == len(points)
        assert counts(cloud, api, campaign)["unsubscribed"] == len(points)
        assert status(api, campaign.campaign_id)["audience"]["completed"] == len(points)
        for name in ("contact.unsubscribed", "contact.suppressed", "enrollment.finished"):
            contacts = [event["contact_id"] for event in feed(api, name)]
            assert sorted(contacts) == sorted(campaign.contact_ids), name

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        written_to(api, cloud)

        assert len(one_click(api, link(cloud, "u")).calls) == UNSUBSCRIBE_CALLS

    def test_says_when_it_did_not_work(self, api: Api, cloud: Cloud) -> None:
        written_to(api, cloud)
        path = link(cloud, "u")

        with cloud.wire.refuse("dynamodb", "TransactWriteItems", "InternalServerError"):
            answer = one_click(api, path)

        assert (answer.status, answer.headers["Content-Type"]) == (503, "text/html")


class TestFollow:
    def test_leads_to_where_the_mail_said(self, api: Api, cloud: Cloud) -> None:
        campaign = written_to(api, cloud, track_clicks=True)
        path = link(cloud, "c")

        answers = [get(api, path), get(api, path)]
        cloud.drain()

        for answer in answers:
            assert (answer.status, answer.headers["Location"]) == (
                302,
                "https://a.example/?a=1&b=2",
            )
            assert answer.headers["Cache-Control"] == "no-store"
        assert the_message(cloud, api)["clicked_at"]
        (enrollment,) = cloud.items("enrollments", api.workspace().id)
        assert enrollment["clicked_at"]
        assert counts(cloud, api, campaign)["clicked"] == 1
        assert len(feed(api, "email.clicked")) == 1

    @pytest.mark.parametrize(
        ("method", "headers"),
        [
            ("HEAD", {}),
            ("GET", {"user-agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}),
            ("GET", {"user-agent": ""}),
            ("GET", {"sec-purpose": "prefetch;prerender"}),
        ],
    )
    def test_a_machine_is_led_on_but_does_not_count(
        self, api: Api, cloud: Cloud, method: str, headers: dict[str, str]
    ) -> None:
        written_to(api, cloud, track_clicks=True)

        answer = get(api, link(cloud, "c"), method, **headers)

        assert (answer.status, answer.headers["Location"]) == (302, "https://a.example/?a=1&b=2")
        assert "clicked_at" not in the_message(cloud, api)

    def test_goes_on_when_the_mark_cannot_be_made(self, api: Api, cloud: Cloud) -> None:
        written_to(api, cloud, track_clicks=True)
        path = link(cloud, "c")

        with cloud.wire.refuse("dynamodb", "TransactWriteItems", "InternalServerError"):
            answer = get(api, path)

        assert answer.status == 302


class TestOpen:
    def test_marks_a_person_once(self, api: Api, cloud: Cloud) -> None:
        campaign = written_to(api, cloud, track_opens=True)
        path = link(cloud, "o")

        answers = [get(api, path), get(api, path)]
        cloud.drain()

        picture = answers[0].text.encode(errors="surrogateescape")
        assert (len(picture), picture[:6]) == (43, b"GIF89a")
        assert answers[1].headers["Content-Type"] == "image/gif"
        assert the_message(cloud, api)["opened_at"]
        (enrollment,) = cloud.items("enrollments", api.workspace().id)
        assert enrollment["opened_at"]
        assert counts(cloud, api, campaign)["opened"] == 1
        assert [event["machine"] for event in feed(api, "email.opened")] == [False]

    def test_marks_a_machine_apart(self, api: Api, cloud: Cloud) -> None:
        campaign = written_to(api, cloud, track_opens=True)
        path = link(cloud, "o")
        agent = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) (via ggpht.com GoogleImageProxy)"

        get(api, path, **{"user-agent": agent})
        cloud.drain()

        assert the_message(cloud, api).keys() & {"opened_at", "machine_opened_at"} == {
            "machine_opened_at"
        }
        (enrollment,) = cloud.items("enrollments", api.workspace().id)
        assert "opened_at" not in enrollment
        assert counts(cloud, api, campaign)["opened_by_machine"] == 1
        assert [event["machine"] for event in feed(api, "email.opened")] == [True]


class TestPublicUrl:
    def test_is_that_of_the_stack_where_no_other_is_given(self, api: Api, cloud: Cloud) -> None:
        with patch.dict(PARAMETERS, PublicUrl=""):
            written_to(api, cloud)

        host = f"{cloud.stack.resolve({'Ref': 'Api'})}.execute-api.us-east-1.amazonaws.com"
        assert cloud.mails()[0].message["List-Unsubscribe"].startswith(f"<https://{host}/t/u/")
