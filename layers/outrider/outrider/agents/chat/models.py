"""Models of chats."""

from typing import Literal

from pydantic import ConfigDict

from outrider.kit.models import Versioned

MOST_MESSAGES = 200
"""Maximum messages of one thread."""


class ChatThread(Versioned):
    """A conversation with an agent: its messages, each of which is an agent run."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    id: str
    object: Literal["chat_thread"] = "chat_thread"
    """Always `chat_thread`."""
    title: str
    """The beginning of its first message."""
    tainted: bool = False
    """Whether it has read text of strangers, such as replies, contacts or web pages. That stays."""
    run_ids: list[str] = []
    """The agent runs of its messages, in their order."""
    created_at: str
    """When its first message came."""
    updated_at: str
    """When its latest message came."""
    version: int = 1
    """Rises with each message."""
