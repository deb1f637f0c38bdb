"""Who opened a mail: a person or a machine."""

from datetime import timedelta
from typing import Any

import pytest

from outrider.kit import clock
from outrider.messages.models import Message
from outrider.messages.tracking.bots import SOON, is_machine, is_machines_agent
from tests.unit.messages.writing import AT, CONTACT, MESSAGE

SENT = clock.from_text(AT)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"


def a_message(**fields: Any) -> Message:
    return Message(
        id=MESSAGE,
        contact_id=CONTACT,
        campaign_id="cam_1",
        sequence_id="seq_1",
        enrollment_id="enr_1",
        step_id="stp_1",
        mailbox_id="mbx_1",
        state="sent",
        created_at=AT,
        **fields,
    )


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "python-requests/2.32",
        "curl/8.5.0",
        "Go-http-client/2.0",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0",
    ],
)
def test_machines_name_themselves(agent: str) -> None:
    assert is_machines_agent(agent)


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Microsoft Outlook 16.0.17928; ms-office)",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0",
    ],
)
def test_programs_of_people_are_none(agent: str) -> None:
    assert not is_machines_agent(agent)


@pytest.mark.parametrize(
    ("fields", "after", "machine"),
    [
        ({"sent_at": AT}, timedelta(0), True),
        ({"sent_at": AT}, SOON, False),
        ({}, SOON - timedelta(seconds=1), True),
        ({"sent_at": AT, "delivered_at": clock.to_text(SENT + SOON)}, SOON, True),
        ({"sent_at": AT, "delivered_at": clock.to_text(SENT + SOON)}, 2 * SOON, False),
    ],
)
def test_who_comes_at_once_is_a_machine(
    fields: dict[str, str], after: timedelta, *, machine: bool
) -> None:
    assert is_machine({"user-agent": FIREFOX}, a_message(**fields), SENT + after) == machine


@pytest.mark.parametrize("name", ["purpose", "sec-purpose", "x-moz", "x-purpose"])
def test_who_fetches_ahead_is_a_machine(name: str) -> None:
    headers = {"user-agent": FIREFOX, name: "prefetch"}

    assert is_machine(headers, a_message(), SENT + 2 * SOON)
