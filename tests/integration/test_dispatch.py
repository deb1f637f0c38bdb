"""A round carries out what it has room for, and costs no more than that."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outrider.kit import clock
from outrider.kit.aws import dynamodb
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Table, batch_write
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import (
    STEP_ONE,
    STEP_TWO,
    Launched,
    a_mailbox,
    launched,
    some_contacts,
    status,
)

SOON = {**STEP_TWO, "wait_before": {"value": 20, "unit": "minutes"}}
CALL = {**SOON, "channel": "call"}


@contextmanager
def read_units(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Read request units of the block, from the sizes of what is read."""
    call, units = dynamodb._call, [0.0]

    def counting(operation: str, **params: Any) -> dict[str, Any]:
        answer = call(operation, **params)
        sizes = [len(json.dumps(item)) for item in answer.get("Items", [])]
        if operation == "Query":
            units[0] += max(1, math.ceil(sum(sizes) / 4096)) / (
                1 if "IndexName" not in params else 2
            )
        for items in answer.get("Responses", {}).values():
            units[0] += sum(math.ceil(len(json.dumps(item)) / 4096) for item in items)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(dynamodb, "_call", counting)
        yield units


def enrollments(cloud: Cloud, api: Api, campaign: Launched) -> list[Item]:
    return cloud.items("enrollments", f"{api.workspace().id}#{campaign.campaign_id}")


def filled(
    cloud: Cloud, api: Api, campaign: Launched, count: int, number: int = 0, **fields: Any
) -> None:
    """`count` more enrollments, like the one that there is."""
    one = enrollments(cloud, api, campaign)[-1]
    fields["by_due_sk"] = f"first##{fields.get('due_at', one['due_at'])}"
    table = Table(cloud.stack.data["EnrollmentsTableName"])
    more = []
    for place in range(count):
        contact = f"con_{number}{place:025d}"
        copy = {**one, "sk": contact, "contact_id": contact, "id": f"enr_{number}{place}", **fields}
        more.append(
            table.put_action({name: value for name, value in copy.items() if name != "_events"})
        )
    batch_write(more)


def a_round(cloud: Cloud, api: Api, campaign: Launched, **before: Any) -> dict[str, Any]:
    """The answer of a round that follows the one that answered `before`."""
    names = {"workspace": api.workspace().id, "campaign_id": campaign.campaign_id}
    answer: dict[str, Any] = cloud.invoke(
        "campaigns_dispatch", {**names, "run": 1, "round": 0, **before}
    )
    return answer


class TestReading:
    def test_costs_what_it_carries_out_however_many_are_overdue(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        campaign = launched(api, steps=(STEP_ONE,), mailbox={"daily_cap": 20})
        costs = []
        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        for place, count in enumerate((100, 1_000)):
            filled(cloud, api, campaign, count, number=place)
            api.patch(f"/v1/mailboxes/{mailbox['id']}", {"daily_cap": 20 * (place + 1)})
            with read_units(monkeypatch) as units:
                answer = a_round(cloud, api, campaign)
            costs.append(units[0])

            assert answer["queued"] == 20
            assert len(cloud.queue("StepsQueue").receive(100)) == 20

        assert costs[1] <= costs[0] + 2

    def test_leaves_the_overdue_alone_when_the_caps_are_used_up(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        campaign = launched(api, steps=(STEP_ONE,), mailbox={"daily_cap": 1})
        filled(cloud, api, campaign, 300)
        first = a_round(cloud, api, campaign)
        before = enrollments(cloud, api, campaign)

        with read_units(monkeypatch) as units:
            answer = a_round(cloud, api, campaign, **first)

        wait = clock.from_text(answer["wait_until"]) - cloud.clock.now
        assert wait > timedelta(minutes=19)
        assert units[0] < 10
        assert enrollments(cloud, api, campaign) == before

    def test_takes_the_longest_due_of_all_shards(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,), mailbox={"daily_cap": 5})
        workspace = api.workspace().id
        key = f"{workspace}#{campaign.campaign_id}"
        for shard in range(3):
            day = f"2026-01-0{shard + 1}T00:00:00.000Z"
            filled(cloud, api, campaign, 2, number=shard, due_at=day, by_due_pk=f"{key}#{shard}")
        table = Table(cloud.stack.data["CampaignsTableName"])
        table.write(
            table.update_action(
                workspace, campaign.campaign_id, "SET #due_shards = :three", three=3
            )
        )

        a_round(cloud, api, campaign)

        jobs = [json.loads(job.body) for job in cloud.queue("StepsQueue").receive(10)]
        assert [job["contact_id"][4] for job in jobs] == ["0", "0", "1", "1", "2"]


class TestPriorities:
    def test_a_follow_up_goes_before_new_contacts(self, api: Api, cloud: Cloud) -> None:
        launched(api, contacts=5, steps=(STEP_ONE, SOON), mailbox={"daily_cap": 2})

        cloud.run(days=1.5)

        subjects = Counter(str(mail.message["Subject"])[:3] == "Re:" for mail in cloud.mails())
        assert subjects[True] == 2

    def test_tasks_do_not_wait_for_a_mailbox(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, contacts=3, steps=(STEP_ONE, CALL), mailbox={"daily_cap": 1})

        cloud.run(hours=1)

        states = Counter(item["state"] for item in enrollments(cloud, api, campaign))
        assert states == {"waiting": 1, "active": 2}


class TestRules:
    def test_keeps_the_windows_and_the_daily_limit(self, api: Api, cloud: Cloud) -> None:
        window = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}
        rules = {"windows": [window], "daily_limit": 2, "timezone": "Asia/Kathmandu"}
        campaign = launched(api, contacts=3, steps=(STEP_ONE,), settings=rules)
        moments: list[datetime] = []

        def note() -> None:
            moments.extend([cloud.clock.now] * (len(cloud.mails()) - len(moments)))

        cloud.run(days=2, step=note)

        local = [moment.astimezone(ZoneInfo("Asia/Kathmandu")) for moment in moments]
        assert len(local) == 3
        assert all(9 <= moment.hour < 17 and moment.weekday() < 5 for moment in local)
        assert max(Counter(moment.date() for moment in moments).values()) == 2
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 3


class TestPlan:
    def test_tells_what_then_happens_and_changes_nothing(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api, daily_cap=2)
        window = {"days": ["mon", "tue", "wed"], "from": "10:00", "to": "10:40"}
        body = {"name": "First", "steps": [STEP_ONE, SOON], "settings": {"windows": [window]}}
        sequence = api.post("/v1/sequences", body).json["id"]
        contacts = some_contacts(api, 3)
        soon = clock.to_text(cloud.clock.now + timedelta(minutes=5))
        question = {"contact_ids": [*contacts, "con_none"], "at": soon}

        with cloud.writes() as written:
            plan = api.post(f"/v1/sequences/{sequence}/plan", question)
            again = api.post(f"/v1/sequences/{sequence}/plan", question)

        assert (plan.status, written, again.json) == (200, [], plan.json)
        assert plan.json["not_found"] == ["con_none"]
        api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": contacts})
        cloud.run(days=8)
        sent = {
            (message["pk"].split("#")[-1], message["step_id"], message["sent_at"][:16])
            for message in cloud.items("messages", api.workspace().id)
            if "sent_at" in message
        }
        assert sent == {
            (one["contact_id"], step["step_id"], step["send_at"][:16])
            for one in plan.json["contacts"]
            for step in one["steps"]
        }

    def test_tells_the_days_on_which_several_mailboxes_send(self, api: Api, cloud: Cloud) -> None:
        for name, cap in (("ada", 3), ("bob", 2)):
            a_mailbox(api, email=f"{name}@outrider.test", daily_cap=cap, min_gap_seconds=900)
        window = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "15:00"}
        settings = {"windows": [window], "daily_limit": 4}
        body = {"name": "First", "steps": [STEP_ONE, SOON], "settings": settings}
        sequence = api.post("/v1/sequences", body).json["id"]
        contacts = some_contacts(api, 9)

        plan = api.post(f"/v1/sequences/{sequence}/plan", {"contact_ids": contacts}).json
        api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": contacts})
        cloud.run(days=14)

        messages = cloud.items("messages", api.workspace().id)
        sent = Counter(each["sent_at"][:10] for each in messages if "sent_at" in each)
        assert sent == {day["date"]: day["messages"] for day in plan["days"]}
        assert sent.total() == 18

    def test_tells_whose_mail_lacks_a_value(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        greeting = {**STEP_ONE, "text": "Hi {{ last_name }}{% if title %}, {{ title }}{% endif %}"}
        body = {"name": "First", "steps": [greeting, SOON]}
        sequence = api.post("/v1/sequences", body).json["id"]
        ada = {"email": "ada@a.example", "first_name": "Ada"}
        rows = [ada, {**ada, "email": "bob@a.example", "last_name": "Babbage"}]
        made = api.post("/v1/contacts", {"contacts": rows}).json["results"]
        contacts = [each["id"] for each in made]

        plan = api.post(f"/v1/sequences/{sequence}/plan", {"contact_ids": contacts}).json
        api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": contacts})
        cloud.run(days=8)

        assert plan["left_out_by_reason"] == {"missing_value": 1}
        assert [len(each["steps"]) for each in plan["contacts"]] == [1, 2]
        assert sum(day["messages"] for day in plan["days"]) == 2
        assert [mail.message["To"] for mail in cloud.mails()] == ["bob@a.example"] * 2

    def test_takes_the_contacts_of_a_filter_as_examples(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api, daily_cap=100_000)
        rows = [
            {
                "email": f"ada{number}@a.example",
                "first_name": "Ada",
                "tags": ["vip"],
                "timezone": zone,
            }
            for number, zone in enumerate(["Asia/Tokyo", "Europe/Berlin"])
        ]
        api.post("/v1/contacts", {"contacts": [*rows, {"email": "eve@b.example"}]})
        cloud.drain()
        window = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "12:00", "to": "13:00"}
        body = {"name": "First", "steps": [STEP_ONE], "settings": {"windows": [window]}}
        sequence = api.post("/v1/sequences", body).json["id"]
        path = f"/v1/sequences/{sequence}/plan"

        few = api.post(path, {"filter": {"tag": "vip"}}).json
        many = api.post(path, {"filter": {"tag": "vip"}, "contact_count": 5_000}).json

        assert (few["contact_count"], few["more"]) == (2, False)
        zones = {each["timezone"]: each["steps"][0]["send_at"][11:16] for each in few["contacts"]}
        assert zones == {"Asia/Tokyo": "03:00", "Europe/Berlin": "11:00"}
        assert (many["contact_count"], many["late_by_reason"]) == (5_000, {})
        assert sum(day["messages"] for day in many["days"]) == 5_000

    def test_asks_for_one_audience(self, api: Api) -> None:
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json["id"]
        bad: list[dict[str, Any]] = [
            {},
            {"contact_ids": [], "contact_count": 2},
            {"contact_ids": [], "filter": {}},
            {"contact_count": 100_001},
            {"filter": {"colour": "red"}},
        ]

        answers = [api.post(f"/v1/sequences/{sequence}/plan", body) for body in bad]

        assert [answer.status for answer in answers] == [422] * 5

    def test_tells_of_an_audience_how_much_goes_out_on_each_day(self, api: Api) -> None:
        a_mailbox(api, daily_cap=20)
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json["id"]

        plan = api.post(f"/v1/sequences/{sequence}/plan", {"contact_count": 45}).json

        assert [day["messages"] for day in plan["days"]] == [20, 20, 5]
        assert plan["late_by_reason"] == {"mailbox_cap": 25}
        assert (plan["contacts"], plan["finishes_at"][:10]) == ([], plan["days"][-1]["date"])

    def test_says_why_nothing_goes_out(self, api: Api) -> None:
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json["id"]

        plan = api.post(f"/v1/sequences/{sequence}/plan", {"contact_count": 2}).json

        assert (plan["days"], plan["left_out_by_reason"]) == ([], {"no_mailbox": 2})
