"""Builders of the cases of AutoReach."""

from typing import Any

from tests.contract.statements import Document
from tests.harness.api import Answer, Api

DOCUMENT: Document = "AutoReach"
WORKFLOW = {
    "name": "Q1 SaaS Outreach",
    "stages": ["research", "qualify", "contact"],
    "settings": {"autoReview": False, "dailyLimit": 50},
}

PLANS = {"starter": (60, 5_000), "professional": (120, 20_000), "enterprise": (300, 100_000)}
SECRET = "your-webhook-secret"
_MOST_CALLS = 200
"""A minute of the plan, and what is admitted while they are made."""


def a_workflow(api: Api, **changes: Any) -> str:
    answer = api.post("/api/workflows", WORKFLOW | changes)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def some_leads(api: Api, workflow_id: str, count: int = 1, **fields: Any) -> list[str]:
    """Ids of new leads of a workflow, ada0@acme.example, ada1@acme.example, …"""
    rows = [{"email": f"ada{number}@acme.example", **fields} for number in range(count)]
    answer = api.post(f"/api/workflows/{workflow_id}/leads", {"leads": rows})
    return [row["leadId"] for row in answer.json["results"]]


def called_until_refused(api: Api, path: str, key: str) -> Answer:
    """The answer to the first call of a key that is one too many: all before it are admitted."""
    api.tick_ms = 0
    for _ in range(_MOST_CALLS):
        answer = api.get(path, key=key)
        if answer.status != 200:
            return answer
    raise AssertionError(f"{_MOST_CALLS} calls at once were admitted")


def is_error(answer: Answer, status: int, code: str) -> bool:
    assert sorted(answer.json) == ["details", "error", "message"]
    return (answer.status, answer.json["error"]) == (status, code)
