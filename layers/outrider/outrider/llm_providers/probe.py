"""One small request to a stored provider, to see whether its key and model work."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.language_models.errors import ModelFailed
from outrider.language_models.models import ProviderName, UserTurn
from outrider.language_models.port import LanguageModel
from outrider.llm_providers.schemas import LlmProviderTest

_SECONDS = 20
_ASKED = UserTurn(text="Answer with the word: ready")


@dataclass(frozen=True, slots=True)
class ProviderProbe:
    """Test of the providers of the caller's workspace."""

    caller: Caller
    model_of: Callable[[ProviderName], LanguageModel]

    def run(self, provider: ProviderName) -> LlmProviderTest:
        """Ask the provider's model for one word and return the outcome, which is free of charge
        here. Raises LlmProviderNotFound, ProviderNotConfigured, CipherFailed."""
        model = self.model_of(provider)
        self.caller.begin()
        began = time.monotonic()
        try:
            turn = model.reply("You are being tested.", [_ASKED], timeout_seconds=_SECONDS)
        except ModelFailed as failure:
            return LlmProviderTest(
                ok=False,
                model=model.name,
                latency_ms=_since(began),
                fault=failure.fault,
                detail=failure.detail,
            )
        return LlmProviderTest(ok=True, model=turn.model or model.name, latency_ms=_since(began))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1_000)
