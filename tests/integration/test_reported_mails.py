"""Mails of machines about our mails, as they really came, from their arrival to their effect."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail
from tests.integration.replying import take
from tests.integration.test_feedback import events
from tests.integration.test_replies import begun, contact

CASES = Path(__file__).parent.parent / "cases"
FOLDERS = (
    "bounce-in-plain-text",
    "delivery-status-in-mixed",
    "arf-complaint",
    "hard-though-the-address-lives",
)
STATUSES = {"complaint": "unsubscribed", "hard": "bounced", "soft": "active"}


def cases() -> list[Any]:
    found = []
    for folder in FOLDERS:
        expected = yaml.safe_load((CASES / folder / "expected.yaml").read_text())
        assert set(expected) == {file.stem for file in (CASES / folder).glob("*.eml")}
        for name, told in expected.items():
            found.append(pytest.param(CASES / folder / f"{name}.eml", told, id=f"{folder}/{name}"))
    return found


def about(file: Path, mail: Mail) -> bytes:
    """The mail in the file, about this one of ours."""
    text = file.read_bytes()
    text = text.replace(b"0100ours-000000", mail.message_id.encode())
    text = text.replace(b"grace@example.com", mail.recipients[0].encode())
    return text.replace(b"ada@acme.example", mail.sender.encode())


@pytest.mark.parametrize(("file", "expected"), cases())
def test_is_heard_once(api: Api, cloud: Cloud, file: Path, expected: dict[str, str]) -> None:
    campaign, mail = begun(api, cloud)

    taken = [take(cloud, about(file, mail)) for _ in range(2)]
    cloud.drain()

    assert [each["kind"] for each in taken] == [expected["kind"]] * 2
    assert contact(api, campaign)["status"] == STATUSES[expected.get("bounce", "complaint")]
    told = [(event["bounce"], event["reason"]) for event in events(api, "email.bounced")]
    heard = [(expected["bounce"], expected["reason"])] if "bounce" in expected else []
    assert told == heard
    assert len(events(api, "email.complained")) == (not heard)
