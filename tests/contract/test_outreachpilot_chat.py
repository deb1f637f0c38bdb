"""OutreachPilot's API reference, statement by statement: chat."""

from typing import Any

from outrider.access.models import Caller
from outrider.credits.wiring import credits
from tests.contract.models import ANTHROPIC, speaking
from tests.contract.outreachpilot import data, refused, says
from tests.harness.api import Api
from tests.integration import endpoints
from tests.integration.outreach import some_contacts

on_this_machine = endpoints.on_this_machine

FIND = {"message": "Find me 10 VP-level fintech contacts in NYC"}


class TestChat:
    @says("AI Chat", "POST /api/v1/chat: Send a message. Non-streaming JSON response")
    @says("AI Chat", "{ message: string, thread_id?: string }")
    @says(
        "AI Chat",
        "{ response: string, thread_id: string?, tool_calls: [...], model: string, "
        "usage: { input_tokens, output_tokens } }",
    )
    def test_a_message_is_answered_and_its_thread_goes_on(self, api: Api) -> None:
        with speaking(api, ANTHROPIC.body("Here they are."), ANTHROPIC.body("Done.")):
            first = data(api.post("/api/v1/chat", FIND))
            more = {"message": "Thanks", "thread_id": first["thread_id"]}
            second = data(api.post("/api/v1/chat", more))

        assert first["response"] == "Here they are."
        assert sorted(first["usage"]) == ["input_tokens", "output_tokens"]
        assert isinstance(first["model"], str)
        assert (first["tool_calls"], second["response"]) == ([], "Done.")
        assert second["thread_id"] == first["thread_id"]

    @says("AI Chat", "The AI can execute tools (research, drafting, CRM operations) autonomously")
    def test_tools_are_carried_out_and_told(self, api: Api) -> None:
        some_contacts(api, 2)
        asked: list[tuple[str, str, Any]] = [("toolu_1", "list_contacts", {"limit": 5})]
        with speaking(api, ANTHROPIC.body(calls=asked), ANTHROPIC.body("You have two.")):
            answer = data(api.post("/api/v1/chat", FIND))

        (call,) = answer["tool_calls"]
        assert (call["name"], call["arguments"]) == ("list_contacts", {"limit": 5})
        assert answer["response"] == "You have two."

    @says("Rate Limits & Credits", "AI Chat costs 1-2 credits per message depending on the model")
    @says("AI Chat", "scope: chat · 1 credit")
    def test_the_credits_of_a_message_are_told(self, api: Api) -> None:
        with speaking(api, ANTHROPIC.body("Hi.")):
            meta = api.post("/api/v1/chat", FIND).json["meta"]

        left = api.get("/v1/credits").json["available"]
        assert meta["credits_used"] in (1, 2)
        assert meta["credits_remaining"] == left == 100_000 - meta["credits_used"]

    @says("Error Codes", "INSUFFICIENT_CREDITS 402: Not enough credits for the operation")
    @says("Rate Limits & Credits", "calls that require credits will return INSUFFICIENT_CREDITS")
    def test_insufficient_credits(self, api: Api) -> None:
        credits(Caller.engine(api.workspace().id)).hold("run_1", "research", 100_000)

        with speaking(api):
            answer = api.post("/api/v1/chat", FIND)

        assert refused(answer) == (402, "INSUFFICIENT_CREDITS")
