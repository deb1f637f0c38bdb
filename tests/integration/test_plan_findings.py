"""A plan tells what lint finds about texts that do too much work."""

from tests.harness.api import Api
from tests.integration.outreach import STEP_ONE

LOOPING = (
    "{% for i in (1..1000) %}"
    + "{% assign y = custom.a | split: '' | sort %}" * 20
    + "{% endfor %}"
)


def test_tells_it_in_the_words_of_lint(api: Api) -> None:
    step = {**STEP_ONE, "text": LOOPING}
    sequence = api.post("/v1/sequences", {"name": "First", "steps": [step]}).json["id"]

    plan = api.post(f"/v1/sequences/{sequence}/plan", {"contact_count": 1}).json

    lint = api.post(f"/v1/sequences/{sequence}/lint").json["findings"]
    told = [finding for finding in lint if finding["rule"] == "work"]
    assert plan["findings"] == told
    assert [finding["severity"] for finding in told] == ["error"]
