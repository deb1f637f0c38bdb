"""Language model of a provider, called through pydantic-ai: one request for each turn, no loop, no
retries."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from outrider.kit.outbound.client import Outbound
from outrider.language_models.errors import ModelFailed
from outrider.language_models.models import ModelTurn, ProviderName, ToolDefinition, Turn

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import Model

    from outrider.language_models.adapters.transport import ProviderTransport

MAX_OUTPUT_TOKENS = 8_192
"""Of one turn, with the model's reasoning."""
_CONNECT_SECONDS = 5
_SDK_SECONDS = 900
"""Timeout given to SDKs, which never comes: the transport ends each request at its deadline."""


@dataclass(frozen=True, slots=True)
class ProviderModel:
    """A LanguageModel. It imports pydantic-ai and the SDK of its provider when it is first called.

    `loopback` allows a `base_url` of this machine.
    """

    provider: ProviderName
    name: str
    api_key: str = field(repr=False)
    base_url: str
    compatible: bool = False
    """Whether `base_url` is a server that is compatible with OpenAI's Chat Completions API, and not
    OpenAI's own."""
    loopback: bool = False

    def reply(
        self,
        instructions: str,
        turns: Sequence[Turn],
        tools: Sequence[ToolDefinition] = (),
        *,
        timeout_seconds: float,
    ) -> ModelTurn:
        """Return the model's next turn, see `LanguageModel`. Raises ModelFailed."""
        from outrider.language_models.adapters import conversations, faults  # noqa: PLC0415
        from outrider.language_models.adapters.transport import ProviderTransport  # noqa: PLC0415

        outbound = Outbound(
            loopback=self.loopback,
            connect_within=_CONNECT_SECONDS,
            end_within=timeout_seconds,
        )
        answered = asyncio.run(
            self._request(ProviderTransport(outbound), instructions, turns, tools)
        )
        if isinstance(answered, ModelFailed):
            raise answered
        if answered.finish_reason == "content_filter":
            raise faults.refused_content(self.provider, self.name)
        turn = conversations.turn_of(answered)
        if not turn.text.strip() and not turn.calls:
            cut = answered.finish_reason == "length"
            raise faults.empty(self.provider, self.name, cut=cut)
        return turn

    async def _request(
        self,
        transport: "ProviderTransport",
        instructions: str,
        turns: Sequence[Turn],
        tools: Sequence[ToolDefinition],
    ) -> "ModelResponse | ModelFailed":
        """Return the response, or the failure: raised here, it would keep the provider's error as
        its context."""
        import httpx2  # noqa: PLC0415
        from pydantic_ai.direct import model_request  # noqa: PLC0415
        from pydantic_ai.settings import ModelSettings  # noqa: PLC0415

        from outrider.language_models.adapters import conversations, faults  # noqa: PLC0415

        async with httpx2.AsyncClient(
            transport=transport, timeout=_SDK_SECONDS, trust_env=False
        ) as client:
            model = self._model(client, transport)
            messages = conversations.messages_of(turns)
            settings = ModelSettings(max_tokens=MAX_OUTPUT_TOKENS)
            given = conversations.parameters_of(instructions, tools)
            try:
                return await model_request(
                    model, messages, model_settings=settings, model_request_parameters=given
                )
            except Exception as error:  # SDKs raise undocumented errors for malformed responses
                return faults.failure_of(error, transport, self.provider, self.name)

    def _model(self, client: "httpx2.AsyncClient", transport: "ProviderTransport") -> "Model":
        """Return pydantic-ai's model; this imports the provider's SDK."""
        place = (self.name, self.api_key, self.base_url)
        match self.provider:
            case "anthropic":
                from outrider.language_models.adapters.anthropic import messages  # noqa: PLC0415

                return messages(*place, client)
            case "gemini":
                from outrider.language_models.adapters.gemini import (  # noqa: PLC0415
                    generate_content,
                )

                return generate_content(*place, client)
            case "bedrock":
                from outrider.language_models.adapters.bedrock import converse  # noqa: PLC0415

                return converse(*place, transport)
            case "openai":
                from outrider.language_models.adapters import openai  # noqa: PLC0415

                at = openai.chat_completions if self.compatible else openai.responses
                return at(*place, client)
