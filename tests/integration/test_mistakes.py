"""What the API says of mistakes that strangers make."""

import json
import os
import re
from itertools import groupby
from typing import Any

import pytest
import yaml

from outrider.kit import ids
from tests.harness import stack
from tests.harness.api import Api
from tests.integration.examples import ENDPOINTS, Endpoint
from tests.integration.outreach import STEP_ONE, launched
from tests.integration.webhooks import a_webhook
from tools.templates import REPOSITORY

TABLE = REPOSITORY / "tests" / "integration" / "mistakes.yaml"
PAGE = REPOSITORY / "docs" / "errors.md"
ROWS: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
_BEGIN, _END = "<!-- Mistakes: written by tests/integration/test_mistakes.py -->", "<!-- End -->"

with_id = pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if each.names_an_id], ids=str
)


def things(api: Api) -> dict[str, str]:
    """What the rows name."""
    paused = launched(api, steps=(STEP_ONE,))
    api.post(f"/v1/campaigns/{paused.campaign_id}/pause")
    sequence = {"name": "First", "steps": [STEP_ONE]}
    draft = {"name": "Spring", "sequence_id": paused.sequence_id}
    api.workspace("frugal", plan="free")
    workflow = api.post("/v1/workflows", {"name": "Signups", "stages": ["contact"]}).json
    return {
        "key": api.workspace().live_key,
        "contact": api.post("/v1/contacts", {"email": "here@example.com"}).json["id"],
        "sequence": api.post("/v1/sequences", sequence).json["id"],
        "mailbox": api.get("/v1/mailboxes").json["data"][0]["id"],
        "webhook": a_webhook(api),
        "paused": paused.campaign_id,
        "draft": api.post("/v1/campaigns", draft).json["id"],
        "workflow": workflow["id"],
        "starter": workflow["sequence_id"],
        "lead": api.post(
            "/v1/leads", {"email": "lead@example.com", "workflow_id": workflow["id"]}
        ).json["id"],
    }


def asked(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in row if name not in ("status", "code", "detail")}


def answer(api: Api, row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Send the request of a row; what it names stands in the answer as it does in the row."""
    sent = json.dumps(asked(row))
    for name, thing in names.items():
        sent = sent.replace(f"{{{name}}}", thing)
    request = json.loads(sent)
    method, _, path = request["request"].partition(" ")
    options: dict[str, Any] = {"headers": request.get("headers", {})}
    if "key" in request:
        options["key"] = api.key(request["key"])
    answer = api.request(
        method, path, request.get("body"), workspace=request.get("workspace", "acme"), **options
    )
    detail = answer.json.get("detail", "ACCEPTED")
    for name, thing in names.items():
        detail = detail.replace(thing, f"{{{name}}}")
    return {"status": answer.status, "code": answer.json.get("code"), "detail": detail}


def written(rows: list[dict[str, Any]]) -> str:
    return yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=100)


def with_table(page: str, rows: list[dict[str, Any]]) -> str:
    """The page with a table of each group of rows between its marks."""
    before, _, after = page.partition(_BEGIN)
    _, _, rest = after.partition(_END)
    lines = [_BEGIN]
    for group, members in groupby(rows, key=lambda row: row["group"]):
        lines += ["", f"### {group}", "", "| request | answer | `detail` |", "|---|---|---|"]
        lines += [shown(row) for row in members]
    return before + "\n".join([*lines, "", _END]) + rest


def shown(row: dict[str, Any]) -> str:
    request = [row["request"]]
    request += [f"{name}: {value}" for name, value in row.get("headers", {}).items() if value]
    if "key" in row:
        request.append(f"with the scope {row['key']}")
    if "workspace" in row:
        request.append("of a workspace on the free plan")
    body = row.get("body")
    if body is not None:
        request.append(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False))
    cells = [" ".join(f"`{part}`" for part in request), f"{row['status']} `{row['code']}`"]
    return "| " + " | ".join(each.replace("|", "\\|") for each in [*cells, row["detail"]]) + " |"


class TestId:
    @with_id
    def test_of_something_else_is_named(self, api: Api, endpoint: Endpoint) -> None:
        kind = re.findall(r"{(\w+)_id}", endpoint.route.path)[0]
        other = "webhook" if kind == "contact" else "contact"
        taken_for = ids.new("whk" if kind == "contact" else "con")

        answers = [
            api.request(endpoint.route.method, endpoint.path(text), endpoint.example.body)
            for text in (taken_for, "Nonsense")
        ]

        assert [answer.status for answer in answers] == [404, 404]
        one = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
        named, begins = [answer.json.get("detail", "ACCEPTED") for answer in answers]
        assert named == f"{taken_for} is a {other}, not {one}"
        assert begins.startswith(f"Nonsense is not the id of {one}: those begin with ")


class TestTable:
    """Every row of mistakes.yaml; docs/errors.md shows them.

    `OUTRIDER_RECORD=1 make test ARGS=tests/integration/test_mistakes.py` writes the answers anew.
    """

    def test_is_answered_as_it_says(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")
        names = things(api)

        answered = [{**asked(row), **answer(api, row, names)} for row in ROWS]

        if "OUTRIDER_RECORD" in os.environ:
            TABLE.write_text(written(answered), encoding="utf-8")
            PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), answered), "utf-8")
        assert answered == yaml.safe_load(TABLE.read_text(encoding="utf-8"))
        assert with_table(PAGE.read_text(encoding="utf-8"), answered) == PAGE.read_text("utf-8")

    def test_is_long(self) -> None:
        assert len(ROWS) >= 80

    def test_shows_nothing_of_the_validator(self) -> None:
        words = re.compile(r"Input should|String should|should have at|Extra inputs|Field required")

        assert [row for row in ROWS if words.search(row["detail"])] == []
