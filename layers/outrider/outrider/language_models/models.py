"""Conversations with a language model, in one form for all providers."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from outrider.kit.models import Model

ProviderName = Literal["openai", "anthropic", "gemini", "bedrock"]


class ToolDefinition(Model):
    """A tool that a model may call."""

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema of the arguments, an object."""


class ToolCall(Model):
    """A model's request to call a tool. Nothing in it can be relied on: the tool may not exist,
    and its arguments may not match the schema."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Id of the call within its conversation, to which the result refers."""
    name: str
    arguments: Mapping[str, Any] | str
    """The arguments, or the text that the model wrote if it is not a JSON object."""


class TokenUsage(Model):
    """Tokens of one or more requests, as the provider counted them."""

    model_config = ConfigDict(frozen=True)

    input_tokens: int = 0
    """Tokens that the model read."""
    output_tokens: int = 0
    """Tokens that the model wrote."""

    def __add__(self, other: "TokenUsage") -> "TokenUsage":
        return TokenUsage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


class UserTurn(Model):
    """What a person, or our own code on behalf of one, says to the model."""

    model_config = ConfigDict(frozen=True)

    role: Literal["user"] = "user"
    text: str


class ModelTurn(Model):
    """What a model answered: text, calls of tools, or both."""

    model_config = ConfigDict(frozen=True)

    role: Literal["model"] = "model"
    text: str = ""
    calls: Sequence[ToolCall] = ()
    original: str = ""
    """The answer in the adapter's own form, which it needs to continue the conversation, such as
    signatures of the model's reasoning. Empty for models without one. Nobody else reads it."""
    usage: TokenUsage = TokenUsage()
    model: str = ""
    """Name of the model as the provider returned it."""


class ToolTurn(Model):
    """Result of one tool call."""

    model_config = ConfigDict(frozen=True)

    role: Literal["tool"] = "tool"
    call_id: str
    name: str
    text: str
    """The result as JSON."""
    is_error: bool = False


Turn = Annotated[UserTurn | ModelTurn | ToolTurn, Field(discriminator="role")]
