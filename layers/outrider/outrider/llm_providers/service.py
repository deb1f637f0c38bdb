"""Service that stores, shows and deletes keys of providers."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.kms import Safe
from outrider.kit.errors import Contended, PreconditionFailed, Stale
from outrider.kit.http.pagination import Page, PageQuery, Sealer
from outrider.language_models.catalogue import DEFAULT_MODELS
from outrider.language_models.models import ProviderName
from outrider.llm_providers.errors import LlmProviderNotFound
from outrider.llm_providers.models import LlmProvider, default_of
from outrider.llm_providers.repository import LlmProviderRepository
from outrider.llm_providers.schemas import (
    LlmProviderDeleted,
    LlmProviderPut,
    LlmProviderView,
)

_HINT = 4


@dataclass(frozen=True, slots=True)
class LlmProviderService:
    """Stored providers of the caller's workspace."""

    caller: Caller
    providers: LlmProviderRepository
    safe: Safe
    require_allowed: Callable[[str], None]
    """Raises ValidationFailed if a base URL may not be called."""

    def list(self, query: PageQuery) -> Page[LlmProviderView]:
        """Return a page of the stored providers, by name. Every page reads all, which are few."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/llm-providers")
        after = (sealer.after(query) or {}).get("id", "")
        stored = self.providers.all()
        used = default_of(stored)
        following = [each for each in stored if each.provider > after]
        shown = [
            LlmProviderView.of(each, is_default=each is used) for each in following[: query.limit]
        ]
        more = len(following) > len(shown)
        return sealer.page(query, shown, {"id": shown[-1].id} if more else None)

    def get(self, provider: ProviderName) -> LlmProviderView:
        """Return the provider, without its key. Raises LlmProviderNotFound."""
        stored = self.providers.all()
        found = next((each for each in stored if each.provider == provider), None)
        if found is None:
            raise LlmProviderNotFound(provider)
        return LlmProviderView.of(found, is_default=found is default_of(stored))

    def put(
        self, provider: ProviderName, given: LlmProviderPut, if_match: int | None
    ) -> LlmProviderView:
        """Store the key, model and address of a provider, in place of those that are there.

        Raises ValidationFailed if the base URL is not allowed; PreconditionFailed, also if nothing
        is stored and `if_match` is given; Contended after too many lost optimistic locks.
        """
        if given.base_url is not None:
            self.require_allowed(given.base_url)
        locked = self.safe.lock(provider, given.api_key.encode())
        for _ in attempts():
            stored = self.providers.all()
            before = next((each for each in stored if each.provider == provider), None)
            PreconditionFailed.check(if_match, before.version if before else 0)
            after = _after(provider, given, locked, before)
            others = [each for each in stored if each is not before]
            shown = LlmProviderView.of(after, is_default=default_of([*others, after]) is after)
            stored_event = self.caller.event(
                "llm_provider.stored",
                provider=provider,
                model=after.model,
                **({"base_url": after.base_url} if after.base_url else {}),
            )
            also = self.caller.keep_actions(shown)
            try:
                self.providers.put(before, after, [stored_event], also)
            except Stale:
                continue
            return shown
        raise Contended("The provider is being changed by others")

    def delete(self, provider: ProviderName, if_match: int | None) -> LlmProviderDeleted:
        """Delete the provider and its key. Raises LlmProviderNotFound, PreconditionFailed."""
        deleted = self.caller.event("llm_provider.deleted", provider=provider)
        self.providers.remove(provider, if_match, [deleted])
        return LlmProviderDeleted(id=provider)


def _after(
    provider: ProviderName, given: LlmProviderPut, locked: bytes, before: LlmProvider | None
) -> LlmProvider:
    now = clock.timestamp()
    chosen_before = before.chosen_at if before else ""
    return LlmProvider(
        provider=provider,
        model=given.model or DEFAULT_MODELS[provider],
        base_url=given.base_url,
        key_hint=given.api_key[-_HINT:],
        locked_key=locked,
        chosen_at=now if given.is_default else chosen_before,
        created_at=before.created_at if before else now,
        updated_at=now,
        version=before.version + 1 if before else 1,
    )
