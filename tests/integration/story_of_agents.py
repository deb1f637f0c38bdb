"""What the story tells of agents: in the sandbox, where a script stands for the model."""

from tests.integration.story_steps import Step, _carried

AGENTS = [
    Step("get_agent_policy"),
    Step("update_agent_policy", {"budget": {"recipients": 20}}),
    Step(
        "create_agent_run",
        {"goal": "How many credits are left?"},
        keep={"agent_run_id": ("id",)},
        then=_carried,
        mode="test",
    ),
    Step("get_agent_run", mode="test"),
    Step("list_agent_runs", mode="test"),
    Step("stop_agent_run", mode="test"),
]
