"""Conversations in pydantic-ai's form, and turns from its responses."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from pydantic import ValidationError
from pydantic_ai import tools as described
from pydantic_ai.messages import (
    InstructionPart,
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters

from outrider.kit import json
from outrider.language_models.models import (
    ModelTurn,
    TokenUsage,
    ToolCall,
    ToolDefinition,
    ToolTurn,
    Turn,
    UserTurn,
)


def messages_of(turns: Sequence[Turn]) -> list[ModelMessage]:
    """Return the conversation as messages. A turn of a model is its original response, if this
    package made it, with everything that the provider wants back unchanged."""
    return list(_messages(turns))


def parameters_of(instructions: str, tools: Sequence[ToolDefinition]) -> ModelRequestParameters:
    """Return the instructions and tools of a request. Schemas go to the provider as they are."""
    return ModelRequestParameters(
        function_tools=[
            described.ToolDefinition(
                name=tool.name,
                description=tool.description,
                parameters_json_schema=dict(tool.parameters),
                strict=False,
            )
            for tool in tools
        ],
        instruction_parts=[InstructionPart(instructions)],
    )


def turn_of(response: ModelResponse) -> ModelTurn:
    """Return the turn of a model's response."""
    return ModelTurn(
        text="".join(part.content for part in response.parts if isinstance(part, TextPart)),
        calls=[_call(part) for part in response.parts if isinstance(part, ToolCallPart)],
        original=ModelMessagesTypeAdapter.dump_json([response]).decode(),
        usage=TokenUsage(
            input_tokens=response.usage.input_tokens, output_tokens=response.usage.output_tokens
        ),
        model=response.model_name or "",
    )


def _messages(turns: Sequence[Turn]) -> Iterator[ModelMessage]:
    for of_model, group in groupby(turns, lambda turn: isinstance(turn, ModelTurn)):
        if of_model:
            yield from (_response(turn) for turn in group if isinstance(turn, ModelTurn))
        else:
            yield ModelRequest(
                parts=[_part(turn) for turn in group if not isinstance(turn, ModelTurn)]
            )


def _part(turn: UserTurn | ToolTurn) -> ModelRequestPart:
    if isinstance(turn, UserTurn):
        return UserPromptPart(turn.text)
    return ToolReturnPart(
        turn.name, turn.text, turn.call_id, outcome="failed" if turn.is_error else "success"
    )


def _response(turn: ModelTurn) -> ModelResponse:
    try:
        [response] = ModelMessagesTypeAdapter.validate_json(turn.original)
    except ValidationError:  # a turn of a model without an original
        return _rebuilt(turn)
    assert isinstance(response, ModelResponse)
    return response


def _rebuilt(turn: ModelTurn) -> ModelResponse:
    parts: list[ModelResponsePart] = [TextPart(turn.text)] if turn.text else []
    for call in turn.calls:
        arguments = call.arguments if isinstance(call.arguments, str) else dict(call.arguments)
        parts.append(ToolCallPart(call.name, arguments, call.id))
    return ModelResponse(parts)


def _call(part: ToolCallPart) -> ToolCall:
    return ToolCall(id=part.tool_call_id, name=part.tool_name, arguments=_arguments(part))


def _arguments(part: ToolCallPart) -> dict[str, object] | str:
    if isinstance(part.args, dict):
        return part.args
    if not part.args:
        return {}
    try:
        found = json.loads(part.args)
    except ValueError:
        return part.args
    return found if isinstance(found, dict) else part.args
