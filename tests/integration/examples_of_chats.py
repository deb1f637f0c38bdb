"""Example calls of chats."""

from outrider.access.models import WorkspaceId
from outrider.agents.chat.models import ChatThread
from outrider.agents.runs.wiring import chat_repository
from outrider.kit import clock, ids
from tests.harness.api import Api
from tests.integration.example import Example
from tests.integration.examples_of_agents import a_run_of_an_agent


def a_chat_thread(api: Api) -> str:
    """Its message is the run of a goal, which is stored alike and needs no model."""
    run_id = a_run_of_an_agent(api)
    api.post(f"/v1/agent/runs/{run_id}/stop")
    now = clock.timestamp()
    thread = ChatThread(
        id=ids.new("cht"), title="Hello", run_ids=[run_id], created_at=now, updated_at=now
    )
    chats = chat_repository(WorkspaceId(api.workspace().id))
    chats.table.write(chats.put_action(thread))
    return thread.id


def a_message(api: Api) -> dict[str, str]:
    """To a provider that cannot be reached, so that the work goes on in the background."""
    if not api.get("/v1/llm-providers").json["data"]:
        answer = api.put("/v1/llm-providers/openai", {"api_key": "sk-example-a1b2c3d4e5f69f2K"})
        assert answer.status == 200, answer.text
    return {"message": "Hello"}


CHATS: dict[str, Example] = {
    # The run of a repeated request, the policy, the provider; credits held, for which the balance
    # of the first month is made; run and thread; its steps, the provider with its key, the thread,
    # for what was said before, policy and key before the step; the failure; the lease given up; the
    # run with its steps.
    "POST /v1/chat": Example(18, {"message": "Hello"}, name=a_message),
    "GET /v1/chat/threads": Example(2, make=a_chat_thread),
    # The thread, and each of its latest ten messages.
    "GET /v1/chat/threads/{chat_thread_id}": Example(3, make=a_chat_thread),
}
