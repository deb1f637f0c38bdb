"""Calls and answers of OutreachPilot's document, for its cases."""

import re
from functools import partial
from typing import Any

from tests.contract.statements import statement
from tests.harness.api import Answer, Api
from tests.integration.webhooks import NOBODY

EVENTS = ["email.opened", "campaign.completed"]

says = partial(statement, "OutreachPilot")


def data(answer: Answer) -> Any:
    """What a successful answer holds."""
    assert answer.json["ok"] is True, answer.text
    return answer.json["data"]


def error(answer: Answer) -> dict[str, Any]:
    """What went wrong, as an answer says it."""
    assert answer.json["ok"] is False, answer.text
    failed: dict[str, Any] = answer.json["error"]
    return failed


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status, error(answer)["code"]


def a_contact(api: Api, **fields: Any) -> dict[str, Any]:
    body = {"email": "john@acme.com", "first_name": "John", **fields}
    made: dict[str, Any] = data(api.post("/api/v1/contacts", body))["contacts"][0]
    return made


def a_company(api: Api, **fields: Any) -> dict[str, Any]:
    body = {"name": "Acme Corp", "domain": "acme.com", **fields}
    made: dict[str, Any] = data(api.post("/api/v1/companies", body))["companies"][0]
    return made


def register(api: Api, **fields: Any) -> Answer:
    return api.post("/api/v1/webhooks", {"url": NOBODY, "events": EVENTS, **fields})


def is_moment(text: str) -> bool:
    """Whether a text is a time as the document shows it."""
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text) is not None


def emails(answer: Answer) -> list[str]:
    return [contact["email"] for contact in data(answer)]
