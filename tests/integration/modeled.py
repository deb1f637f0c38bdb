"""Workspaces with a provider, whose model answers what a test says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.language_models.errors import ModelFailed
from outrider.language_models.models import ProviderName
from outrider.llm_providers.models import LlmProvider
from outrider.llm_providers.repository import LlmProviderRepository
from outrider.writing import model_wiring
from tests.harness.api import Api
from tests.harness.models import Answer, ScriptedModel

BUSY = ModelFailed("overloaded", "The provider is overloaded")
SUMMARY = {"sentences": [{"text": "Acme makes anvils.", "sources": ["s1"]}]}
RATIONALE = {"text": "VP Sales is what you look for."}


def store_provider(api: Api, name: ProviderName, model: str) -> None:
    """Store a provider in the workspace, if it has none, with a key that nobody can open."""
    workspace = WorkspaceId(api.workspace().id)
    providers = LlmProviderRepository(Table(settings().keys_table), workspace)
    if providers.all():
        return
    now = clock.timestamp()
    stored = LlmProvider(
        provider=name,
        model=model,
        key_hint="1234",
        locked_key=b"locked",
        created_at=now,
        updated_at=now,
    )
    providers.put(None, stored, [])


@contextmanager
def provider(api: Api, answer: Callable[[str], Answer]) -> Iterator[ScriptedModel]:
    """Store a provider in the workspace, whose model answers so."""
    store_provider(api, "openai", "gpt-test")
    model = ScriptedModel(answer)
    with patch.object(model_wiring, "language_model", lambda *_: model):
        yield model


def by_kind(**answers: Answer) -> Callable[[str], Answer]:
    """Answers by what is asked for: `rationale`, `summary`, `draft` or `reply`."""

    def answer(told: str) -> Answer:
        kind = next(
            kind
            for kind, words in {
                "rationale": "Verdict:",
                "draft": "(what would be sent)",
                "reply": "(the reply)",
                "summary": "Quotations:",
            }.items()
            if words in told
        )
        return answers.get(kind, BUSY)

    return answer


def a_draft(*sentences: tuple[str, str | None], subject: str = "A question for Acme") -> Any:
    """An email of sentences, each with what it quotes of the first source."""
    return {
        "subject": subject,
        "sentences": [
            {
                "text": text,
                "starts_paragraph": True,
                "citations": [{"source": "s1", "quote": quote}] if quote else [],
            }
            for text, quote in sentences
        ],
    }
