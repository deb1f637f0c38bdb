"""Examples of the calls about agents."""

from typing import Any

from tests.harness.api import Api
from tests.integration.example import Example
from tests.integration.modeled import store_provider


def a_goal(api: Api) -> dict[str, Any]:
    store_provider(api, "anthropic", "claude-sonnet-5-5")
    return {"goal": "Tag the heads of sales"}


def a_stopped_run(api: Api) -> str:
    """A run that no worker carries on: its model would be that of a provider."""
    run_id = a_run_of_an_agent(api)
    api.post(f"/v1/agent/runs/{run_id}/stop")
    return run_id


def a_run_of_an_agent(api: Api) -> str:
    answer = api.post("/v1/agent/runs", a_goal(api))
    assert answer.status == 202, answer.text
    return str(answer.json["id"])


AGENTS = {
    "GET /v1/agent/policy": Example(2),
    # The policy, then the change.
    "PATCH /v1/agent/policy": Example(3, {"enabled": True}),
    "GET /v1/agent/runs": Example(2, make=a_stopped_run),
    # The policy, the provider; credits held, for which the balance of the first month is made (3
    # more); the run.
    "POST /v1/agent/runs": Example(8, {"goal": "Tag the heads of sales"}, name=a_goal),
    # The run, then its steps.
    "GET /v1/agent/runs/{agent_run_id}": Example(3, make=a_stopped_run),
    # The run, its credits; both ended at once; the run as it is then.
    "POST /v1/agent/runs/{agent_run_id}/stop": Example(5, make=a_run_of_an_agent),
}
