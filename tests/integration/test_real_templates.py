"""Steps, contacts and webhooks as users of other systems had trouble with them: `tests/cases/`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.harness.api import ANONYMOUS, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import BROWSER, launched, tracking_path

CASES = Path(__file__).parents[1] / "cases"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def given(name: str) -> Any:
    return json.loads((CASES / name).read_text("utf-8"))


@pytest.mark.parametrize(("name", "text"), [("guard", "Hi"), ("unless", "Hi friend")])
def test_a_guard_on_a_missing_field(api: Api, cloud: Cloud, name: str, text: str) -> None:
    launched(api, steps=(given(f"guard-on-a-missing-field/{name}.json"),))
    cloud.run(hours=1)

    [mail] = cloud.mails()

    body = mail.message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines()[0] == text


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("region", "https://app.example.com/?plan=a&region=eu"),
        ("copy", "https://app.example.com/?a=1&copy=2"),
    ],
)
def test_a_link_with_an_ampersand(api: Api, cloud: Cloud, name: str, target: str) -> None:
    html = (CASES / f"ampersand-in-links/{name}.html").read_text("utf-8")
    step = {"channel": "email", "wait_days": 0, "subject": "One question", "html": html}
    launched(api, steps=(step,), settings={"track_clicks": True})
    cloud.run(hours=1)
    [mail] = cloud.mails()

    body = mail.message.get_body(("plain",))
    path = tracking_path(mail, "c")
    answer = api.request("GET", path, key=ANONYMOUS, headers=BROWSER)

    assert body is not None
    assert f"this ({target})" in body.get_content()
    assert (answer.status, answer.headers["Location"]) == (302, target)


def test_a_webhook_secret_that_is_almost_right(api: Api) -> None:
    answer = api.post("/v1/webhooks", given("webhook-secret-almost-right/secret-1.json"))

    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/secret"
    assert "must begin with whsec_" in answer.text


def test_a_control_character_in_a_name(api: Api, cloud: Cloud) -> None:
    """No field holds one, and no filter writes one into a mail."""
    refused = api.post("/v1/contacts", given("nul-in-a-name/contact.json"))
    text = "{{ 'R3IAYR9jZQ==' | base64_decode }}"
    step = {"channel": "email", "wait_days": 0, "subject": text, "text": text, "html": text}
    launched(api, steps=(step,))
    cloud.run(hours=1)

    [mail] = cloud.mails()

    assert (refused.status, "/first_name" in refused.text) == (422, True)
    assert mail.message["Subject"] == "Grace"
    parts = [part.get_content() for part in mail.message.walk() if not part.is_multipart()]
    assert len(parts) == 2
    assert all("Grace" in part and not CONTROL.search(part) for part in parts)
