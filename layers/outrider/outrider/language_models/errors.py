"""Errors of calls to language models."""

from collections.abc import Mapping
from typing import Literal

from outrider.kit.errors import Conflict, OutriderError

Fault = Literal[
    "key_refused",
    "rate_limited",
    "overloaded",
    "timed_out",
    "unreachable",
    "request_refused",
    "content_refused",
    "answer_broken",
]


class ProviderNotConfigured(Conflict):
    code = "PROVIDER_NOT_CONFIGURED"
    title = "The workspace has no key of a provider of language models"


class ModelFailed(OutriderError):
    """A provider did not return a usable answer. Its own message, which may quote the key or the
    conversation, is neither shown nor logged."""

    status, code = 502, "PROVIDER_FAILED"
    title = "The provider of the language model did not return a usable answer"

    def __init__(
        self, fault: Fault, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail, headers=headers)
        self.fault = fault

    @property
    def is_temporary(self) -> bool:
        """Return whether the same call may succeed later."""
        return self.fault in ("rate_limited", "overloaded", "timed_out", "unreachable")
