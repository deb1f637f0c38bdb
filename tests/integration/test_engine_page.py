"""docs/engine.md: its calls are made, its tables say what the code says."""

import re
from typing import Any, get_args

import pytest

from outrider.campaigns.models import EnrollmentState
from outrider.campaigns.statistics.models import audience_group
from outrider.messages.models import GateName
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from outrider.sequences.models import ReplyClass
from tests.curls import curls
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, STEP_TWO, launched
from tests.integration.replying import a_reply, take
from tools.templates import REPOSITORY

PAGE = REPOSITORY / "docs" / "engine.md"
BASE = "https://api.example.com"
LATER = {**STEP_TWO, "wait_before": {"value": 3, "unit": "days"}}


def first_cells(heading: str) -> list[str]:
    """What stands as code in the first cells of the first table below a heading."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \|", section, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


class TestTables:
    def test_have_every_state_with_its_group(self) -> None:
        page = PAGE.read_text(encoding="utf-8")
        states = get_args(EnrollmentState)
        known = [state for each in states for state in (get_args(each) or (each,))]

        assert sorted(first_cells("States of an enrollment")) == sorted(known)
        rows = [f"| `{state}` | {audience_group(state)} |" for state in known]
        assert [row for row in rows if row not in page] == []

    def test_have_every_gate_in_its_order(self) -> None:
        assert first_cells("Why was a step not sent?") == list(get_args(GateName))

    def test_have_every_class(self) -> None:
        assert sorted(first_cells("Answers")) == sorted(get_args(ReplyClass))


class TestCalls:
    def test_answer_what_is_shown(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _lose_the_first(monkeypatch)
        campaign = launched(api, contacts=3, steps=(STEP_ONE, LATER), settings={"daily_limit": 3})
        cloud.run(hours=1)
        path = f"/v1/campaigns/{campaign.campaign_id}"
        (lost,) = api.get("/v1/messages?status=unknown").json["data"]
        taken = take(cloud, a_reply(cloud.mails()[0], "Sounds great, let's talk."))
        waiting = api.post(f"{path}/trigger", {"email": "late@example.com", "first_name": "Finn"})
        known = {
            "BASE": BASE,
            "KEY": api.workspace().key("live"),
            "ENROLLMENT": waiting.json["enrollment_id"],
            "SEQUENCE": campaign.sequence_id,
            "LOST": lost["id"],
            "REPLY": taken["reply_id"],
            "CAMPAIGN": campaign.campaign_id,
        }

        found = []
        for curl in curls(PAGE):
            asked = curl.request(known)
            path = asked.url.removeprefix(BASE)
            answer = api.request(asked.method, path, asked.body, key=known["KEY"])
            assert answer.status == 200, (curl.command, answer.text)
            cloud.drain()
            found += [f"{path}: {each}" for each in curl.differences(answer.json)]

        assert found == []


def _lose_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the first mail nobody learns whether it went out."""
    outcomes = [SendOutcome("unknown", "ReadTimeoutError")]
    send = SesTransport.send

    def losing(transport: SesTransport, *mail: Any) -> SendOutcome:
        return outcomes.pop() if outcomes else send(transport, *mail)

    monkeypatch.setattr(SesTransport, "send", losing)
