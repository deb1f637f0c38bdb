"""Structured answers of models: their schemas, and their strict parsing."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import ConfigDict, Field, ValidationError

from outrider.kit import json
from outrider.kit.models import Model
from outrider.language_models.models import ModelTurn, ToolDefinition
from outrider.writing.errors import OutputRefused
from outrider.writing.models import ReplyLabel

TOOL = "answer"
"""Tool whose arguments are the answer."""
_Text = Annotated[str, Field(max_length=4_000)]
_Id = Annotated[str, Field(max_length=10)]


class _Strict(Model):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RationaleAnswer(_Strict):
    """The rationale."""

    text: _Text


class SummarySentence(_Strict):
    """One sentence, and the ids of the quotations that it is made of."""

    text: _Text
    sources: Annotated[list[_Id], Field(max_length=20)]


class SummaryAnswer(_Strict):
    """The summary."""

    sentences: Annotated[list[SummarySentence], Field(max_length=30)]


class Citation(_Strict):
    """Words that a sentence repeats from a quotation, exactly as they are there."""

    source: _Id
    quote: _Text


class DraftSentence(_Strict):
    """One sentence of the email, with a citation for each thing that it states about the
    recipient or the company; none if it says what the template says."""

    text: _Text
    starts_paragraph: bool
    citations: Annotated[list[Citation], Field(max_length=10)]


class DraftAnswer(_Strict):
    """The email."""

    subject: _Text
    sentences: Annotated[list[DraftSentence], Field(max_length=40)]


class ReplyAnswer(_Strict):
    """What kind of reply it is, and the confidence from 0 to 1."""

    kind: ReplyLabel | Literal["asks_to_stop", "automatic", "unclear"]
    confidence: Annotated[float, Field(ge=0, le=1)]


AnswerT = TypeVar("AnswerT", bound=_Strict)


def tool_for(answer: type[_Strict]) -> ToolDefinition:
    """Return the tool by which a model gives an answer of this type."""
    return ToolDefinition(
        name=TOOL,
        description=f"Give the answer. Call this tool once. {answer.__doc__ or ''}",
        parameters=answer.model_json_schema(),
    )


def answer_of(turn: ModelTurn, answer: type[AnswerT]) -> AnswerT:
    """Return the answer that a model gave as its one tool call or, without a call, as its text.
    Raises OutputRefused."""
    try:
        return answer.model_validate(_arguments(turn))
    except (ValidationError, ValueError) as error:
        raise OutputRefused("The model did not answer in the form that was asked for") from error


def _arguments(turn: ModelTurn) -> dict[str, Any]:
    match turn.calls:
        case []:
            given: Any = turn.text
        case [call] if call.name == TOOL:
            given = call.arguments
        case _:
            raise ValueError("another tool, or several calls")
    parsed = json.loads(given) if isinstance(given, str) else given
    if not isinstance(parsed, Mapping):
        raise ValueError("not an object")
    return dict(parsed)
