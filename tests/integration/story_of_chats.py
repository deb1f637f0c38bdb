"""The part of the story in which somebody chats, in the sandbox, where a script is the model."""

from tests.integration.story_steps import Step

CHATS = [
    Step(
        "send_chat_message",
        {"message": "How many credits are left?"},
        keep={"chat_thread_id": ("thread_id",)},
        mode="test",
    ),
    Step(
        "send_chat_message",
        {"message": "And how many contacts are there?", "thread_id": "{chat_thread_id}"},
        mode="test",
    ),
    Step("list_chat_threads", mode="test"),
    Step("get_chat_thread", mode="test"),
]
