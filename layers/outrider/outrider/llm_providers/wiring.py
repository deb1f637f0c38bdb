"""Factories of the services of `llm_providers`, and of the model that a workspace uses."""

from outrider.access.models import Caller, WorkspaceId
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.kms import Cipher, Safe
from outrider.kit.settings import settings
from outrider.language_models.adapters.provider_model import ProviderModel
from outrider.language_models.catalogue import PROVIDERS, base_url, tier
from outrider.language_models.errors import ProviderNotConfigured
from outrider.language_models.models import ProviderName
from outrider.language_models.port import LanguageModel
from outrider.language_models.scripted import NAME, ScriptedModel
from outrider.llm_providers.base_urls import is_allowed, require_allowed
from outrider.llm_providers.errors import LlmProviderNotFound
from outrider.llm_providers.models import LlmProvider, ModelChoice, default_of
from outrider.llm_providers.probe import ProviderProbe
from outrider.llm_providers.repository import LlmProviderRepository
from outrider.llm_providers.service import LlmProviderService


def llm_providers(caller: Caller) -> LlmProviderService:
    return LlmProviderService(
        caller,
        _repository(caller.workspace),
        _safe(caller.workspace),
        lambda url: require_allowed(url, settings().llm_base_urls, loopback=_is_local()),
    )


def provider_probe(caller: Caller) -> ProviderProbe:
    return ProviderProbe(caller, lambda provider: language_model(caller.workspace, provider))


def model_choice(workspace: WorkspaceId) -> ModelChoice:
    """Return which model the workspace uses, without its key. In the sandbox it is the scripted
    model, whatever is stored. Raises ProviderNotConfigured."""
    if workspace.mode == "test":
        return ModelChoice("sandbox", NAME, "standard")
    stored = _default(workspace)
    return ModelChoice(stored.provider, stored.model, tier(stored.model))


def language_model(workspace: WorkspaceId, provider: ProviderName | None = None) -> LanguageModel:
    """Return the model that the workspace uses, or that of one of its providers, ready to be
    called; in the sandbox the scripted model. The function needs `kms:Decrypt`.

    Raises ProviderNotConfigured; LlmProviderNotFound if the given provider is not stored;
    CipherFailed.
    """
    if workspace.mode == "test":
        return ScriptedModel()
    stored = _stored(workspace, provider) if provider else _default(workspace)
    if stored.base_url and not is_allowed(
        stored.base_url, settings().llm_base_urls, loopback=_is_local()
    ):
        raise ProviderNotConfigured(
            f"The operator of this stack no longer allows {stored.base_url}: store another "
            f"base_url, or none, with PUT /v1/llm-providers/{stored.provider}"
        )
    own = base_url(stored.provider, clients.region(), settings().url_suffix)
    return ProviderModel(
        provider=stored.provider,
        name=stored.model,
        api_key=_safe(workspace).open(stored.provider, stored.locked_key).decode(),
        base_url=stored.base_url or own,
        compatible=stored.provider == "openai" and stored.base_url is not None,
        loopback=_is_local(),
    )


def _default(workspace: WorkspaceId) -> LlmProvider:
    if found := default_of(_repository(workspace).all()):
        return found
    raise ProviderNotConfigured(
        "The workspace has no key of a provider of language models: store one with PUT "
        f"/v1/llm-providers/{{provider}}, where provider is {', '.join(PROVIDERS[:-1])} or "
        f"{PROVIDERS[-1]}"
    )


def _stored(workspace: WorkspaceId, provider: ProviderName) -> LlmProvider:
    for each in _repository(workspace).all():
        if each.provider == provider:
            return each
    raise LlmProviderNotFound(provider)


def _repository(workspace: WorkspaceId) -> LlmProviderRepository:
    return LlmProviderRepository(Table(settings().keys_table), workspace)


def _safe(workspace: WorkspaceId) -> Safe:
    return Safe(Cipher(settings().secrets_key_id), workspace, "provider")


def _is_local() -> bool:
    return settings().stage == "local"
