"""Real mails that were taken for something else once: `tests/cases/*/*.eml`, each with what it is
taken for in `expected.yaml` beside it. Those of machines about our mails:
`tests/integration/test_reported_mails.py`."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from outrider.inbound.classification.verdict import judge
from outrider.inbound.mail.message import IncomingMail

CASES = Path(__file__).parents[2] / "cases"
OURS = "If this is not for you, say so and I will send no more emails."
RECEIVED = date(2026, 11, 28)


def cases() -> list[Any]:
    found = []
    for folder in sorted({file.parent for file in CASES.glob("*/*.eml")}):
        expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
        for name, values in expected.items():
            if "says" in values:
                file = folder / f"{name}.eml"
                found.append(pytest.param(file, values, id=f"{folder.name}/{name}"))
    return found


@pytest.mark.parametrize("sent", [[], [OURS]], ids=["ours is gone", "ours is kept"])
@pytest.mark.parametrize(("file", "expected"), cases())
def test_is_taken_for_what_it_is(file: Path, expected: dict[str, Any], sent: list[str]) -> None:
    mail = IncomingMail.parse(file.read_bytes()).answering(sent)

    judgement = judge(mail, RECEIVED)

    assert (mail.sender.partition("@")[2], mail.recipients) == ("example.com", ["ada@acme.example"])
    assert (mail.kind, judgement.value or "stop") == (expected["kind"], expected["says"])
    assert mail.text == expected.get("text", mail.text)
    assert judgement.back_on == expected.get("back")
