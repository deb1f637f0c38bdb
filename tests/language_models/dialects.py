"""What providers of language models answer, each in its own form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from outrider.kit import json
from outrider.language_models.models import ProviderName

Json = dict[str, Any]
Call = tuple[str, str, Mapping[str, Any] | str]
"""Id, tool and arguments of a tool call; as a text, the arguments are none that can be read."""
SIGNATURE = "c2lnbmF0dXJlIG9mIHRoZSByZWFzb25pbmc="


class Answers(Protocol):
    """Bodies of responses in the form of one provider."""

    def answer(self, text: str, calls: Sequence[Call], stop: str) -> Json:
        """`stop` is `end`, `length` or `refusal`. With calls, the model's reasoning is in it too,
        signed if the provider does so."""
        ...

    def error(self, status: int, message: str) -> Json: ...


class Responses:
    """OpenAI's Responses API."""

    def answer(self, text: str, calls: Sequence[Call], stop: str) -> Json:
        said = {"type": "output_text", "text": text, "annotations": []}
        if stop == "refusal":
            said = {"type": "refusal", "refusal": "I cannot help with that."}
        message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
        reasoning = {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [],
            "encrypted_content": SIGNATURE,
        }
        output: list[Json] = [reasoning] if calls else []
        output += [{**message, "content": [said]}] if text or stop == "refusal" else []
        output += [
            {
                "type": "function_call",
                "id": f"fc_{call_id}",
                "call_id": call_id,
                "name": name,
                "arguments": _text(arguments),
                "status": "completed",
            }
            for call_id, name, arguments in calls
        ]
        cut = stop == "length"
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 1,
            "model": "gpt-6.1-terra-2026",
            "status": "incomplete" if cut else "completed",
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": {
                "input_tokens": 11,
                "output_tokens": 7,
                "total_tokens": 18,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens_details": {"reasoning_tokens": 0},
            },
        }

    def error(self, status: int, message: str) -> Json:
        code = "invalid_api_key" if status == 401 else None
        return {"error": {"message": message, "type": "error", "param": None, "code": code}}


class ChatCompletions(Responses):
    """OpenAI's Chat Completions API, which other servers speak too."""

    def answer(self, text: str, calls: Sequence[Call], stop: str) -> Json:
        message: Json = {"role": "assistant", "content": text or None}
        if stop == "refusal":
            message["refusal"] = "I cannot help with that."
        if calls:
            message["tool_calls"] = [
                {
                    "id": call_id,
                    "type": "function",
                    "function": {"name": name, "arguments": _text(arguments)},
                }
                for call_id, name, arguments in calls
            ]
        reason = "length" if stop == "length" else "tool_calls" if calls else "stop"
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "llama-4",
            "choices": [{"index": 0, "finish_reason": reason, "message": message}],
            "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        }


class Messages:
    """Anthropic's Messages API."""

    def answer(self, text: str, calls: Sequence[Call], stop: str) -> Json:
        thought = {"type": "thinking", "thinking": "Let me see.", "signature": SIGNATURE}
        content: list[Json] = [thought] if calls else []
        content += [{"type": "text", "text": text}] if text else []
        content += [
            {"type": "tool_use", "id": call_id, "name": name, "input": arguments}
            for call_id, name, arguments in calls
        ]
        reasons = {"end": "end_turn", "length": "max_tokens", "refusal": "refusal"}
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5-5",
            "content": content,
            "stop_reason": "tool_use" if calls else reasons[stop],
            "stop_sequence": None,
            "usage": {"input_tokens": 11, "output_tokens": 7},
        }

    def error(self, status: int, message: str) -> Json:
        return {"type": "error", "error": {"type": "error", "message": message}}


class GenerateContent:
    """Google's Gemini API."""

    def answer(self, text: str, calls: Sequence[Call], stop: str) -> Json:
        parts: list[Json] = [{"text": text}] if text else []
        parts += [
            {
                "functionCall": {"id": call_id, "name": name, "args": arguments},
                "thoughtSignature": SIGNATURE,
            }
            for call_id, name, arguments in calls
        ]
        reasons = {"end": "STOP", "length": "MAX_TOKENS", "refusal": "SAFETY"}
        candidate: Json = {"finishReason": reasons[stop], "index": 0}
        if parts:
            candidate["content"] = {"role": "model", "parts": parts}
        return {
            "candidates": [candidate],
            "usageMetadata": {
                "promptTokenCount": 11,
                "candidatesTokenCount": 7,
                "totalTokenCount": 18,
            },
            "modelVersion": "gemini-3.8-flash",
            "responseId": "r1",
        }

    def error(self, status: int, message: str) -> Json:
        return {"error": {"code": status, "message": message, "status": "UNKNOWN"}}


class Converse:
    """Amazon Bedrock's Converse API."""

    def answer(self, text: str, calls: Sequence[Call], stop: str) -> Json:
        thought = {"reasoningText": {"text": "Let me see.", "signature": SIGNATURE}}
        content: list[Json] = [{"reasoningContent": thought}] if calls else []
        content += [{"text": text}] if text else []
        content += [
            {"toolUse": {"toolUseId": call_id, "name": name, "input": arguments}}
            for call_id, name, arguments in calls
        ]
        reasons = {"end": "end_turn", "length": "max_tokens", "refusal": "content_filtered"}
        return {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": "tool_use" if calls else reasons[stop],
            "usage": {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18},
            "metrics": {"latencyMs": 1},
        }

    def error(self, status: int, message: str) -> Json:
        return {"message": message}


@dataclass(frozen=True, slots=True)
class Dialect:
    """A provider's API, as it is called and as it answers."""

    name: str
    provider: ProviderName
    model: str
    answers: Answers
    compatible: bool = False
    signs: bool = True
    """Whether it signs the model's reasoning and wants the signature back."""

    def body(self, text: str = "", calls: Sequence[Call] = (), stop: str = "end") -> bytes:
        return json.dumps(self.answers.answer(text, calls, stop))

    def error_body(self, status: int, message: str) -> bytes:
        return json.dumps(self.answers.error(status, message))


DIALECTS = (
    Dialect("responses", "openai", "gpt-6.1-terra", Responses()),
    Dialect(
        "chat completions", "openai", "llama-4", ChatCompletions(), compatible=True, signs=False
    ),
    Dialect("messages", "anthropic", "claude-sonnet-5-5", Messages()),
    Dialect("generateContent", "gemini", "gemini-3.8-flash", GenerateContent()),
    Dialect("converse", "bedrock", "global.anthropic.claude-sonnet-5-5", Converse()),
)


def _text(arguments: Mapping[str, Any] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps_text(arguments)
