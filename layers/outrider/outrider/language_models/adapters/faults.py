"""Reasons why a provider returned no usable answer, in sentences that say what to do. What the
provider itself says may quote the key or the conversation, so none of it is passed on."""

import math
from collections.abc import Mapping

from pydantic_ai import exceptions as reported

from outrider.kit.outbound.targets import InvalidUrl
from outrider.language_models.adapters.transport import ProviderTransport, Unusable
from outrider.language_models.catalogue import TITLES
from outrider.language_models.errors import Fault, ModelFailed
from outrider.language_models.models import ProviderName

_LONGEST_WAIT = 3_600
"""Seconds; a provider that asks for a longer wait is not believed."""

Reason = tuple[Fault, str]
"""A fault and its sentence, in which `{name}` is the provider, `{model}` the model and `{put}` the
operation that stores another key, model or base URL."""

_REFUSED: Reason = (
    "content_refused",
    "{name} refused to answer: the model or a content filter objects to the request or to what it "
    "is about. Put it in other words",
)
_EMPTY: Reason = (
    "answer_broken",
    "The model {model} of {name} answered nothing: try again, or store another model with {put}",
)
_CUT: Reason = (
    "answer_broken",
    "The model {model} of {name} reached its limit of output tokens before it answered: ask for "
    "less at a time, or store another model with {put}",
)
_BROKEN: Reason = (
    "answer_broken",
    "{name} answered something that is not an answer of the model {model}: try again, or store "
    "another model or base_url with {put}",
)
_UNUSABLE: Reason = (
    "answer_broken",
    "{name} answered with {what}, which is not an answer of a model: store another base_url, or "
    "none, with {put}",
)
_NOT_CALLED: Reason = ("unreachable", "{name} was not called: {what}")
_TIMED_OUT: Reason = (
    "timed_out",
    "{name} did not answer in time: try again, or ask for less at a time",
)
_NO_PLACE: Reason = (
    "unreachable",
    "{name} cannot be reached at its address: try again, or store another base_url with {put}",
)
_CUT_OFF: Reason = (
    "unreachable",
    "The connection to {name} broke before the whole answer was there: try again",
)
_REASONS: Mapping[str, Reason] = {
    "timeout": _TIMED_OUT,
    "dns": _NO_PLACE,
    "blocked_address": _NO_PLACE,
    "tls": _NO_PLACE,
}
"""By the reason of an OutboundFailed."""
_REPORTED: tuple[tuple[type[Exception], Reason], ...] = (
    (
        reported.ModelAuthenticationError,
        (
            "key_refused",
            "{name} refused the API key, or does not let it use the model {model}: check the key "
            "there, then store one that may with {put}",
        ),
    ),
    (
        reported.ModelQuotaExceededError,
        (
            "request_refused",
            "The account at {name} has no credit or quota left: add credit or raise its limit "
            "there, then try again",
        ),
    ),
    (
        reported.ModelRateLimitError,
        (
            "rate_limited",
            "{name} limits the rate of requests with this key: wait a moment, then try again",
        ),
    ),
    (
        reported.ModelContextWindowExceededError,
        (
            "request_refused",
            "The conversation is longer than the model {model} takes: begin a new one, or store a "
            "model that takes more with {put}",
        ),
    ),
    (
        reported.ModelNotFoundError,
        (
            "request_refused",
            "{name} has no model {model} for this key: store the name of one that it has with "
            "{put}",
        ),
    ),
    (
        reported.ModelRequestRejectedError,
        (
            "request_refused",
            "{name} refused the request: check that the model {model} can call tools, or store "
            "another with {put}",
        ),
    ),
    *(
        (kind, ("overloaded", "{name} is overloaded or has a failure of its own: try again later"))
        for kind in (reported.ModelUnavailableError, reported.ModelServerError)
    ),
    (reported.ContentFilterError, _REFUSED),
)
"""By what pydantic-ai raises, special cases first."""


def failure_of(
    error: Exception, transport: ProviderTransport, provider: ProviderName, model: str
) -> ModelFailed:
    """Return the failure for an exception that a call raised."""
    failure = transport.failure
    if isinstance(failure, Unusable | InvalidUrl):
        reason = _UNUSABLE if isinstance(failure, Unusable) else _NOT_CALLED
        return _failed(reason, provider, model, what=str(failure))
    if failure is not None:
        return _failed(_REASONS.get(failure.reason, _CUT_OFF), provider, model)
    found = next((reason for kind, reason in _REPORTED if isinstance(error, kind)), _BROKEN)
    return _failed(found, provider, model, headers=_retry_after(error))


def refused_content(provider: ProviderName, model: str) -> ModelFailed:
    """Return the failure for an answer that the model or a content filter withheld."""
    return _failed(_REFUSED, provider, model)


def empty(provider: ProviderName, model: str, *, cut: bool) -> ModelFailed:
    """Return the failure for an answer without text and tool calls. `cut`: it ended at the limit of
    output tokens."""
    return _failed(_CUT if cut else _EMPTY, provider, model)


def _failed(
    reason: Reason,
    provider: ProviderName,
    model: str,
    *,
    what: str = "",
    headers: Mapping[str, str] | None = None,
) -> ModelFailed:
    fault, sentence = reason
    put = f"PUT /v1/llm-providers/{provider}"
    detail = sentence.format(name=TITLES[provider], model=model, put=put, what=what)
    return ModelFailed(fault, detail, headers=headers)


def _retry_after(error: Exception) -> dict[str, str]:
    seconds = error.retry_after if isinstance(error, reported.ModelAPIError) else None
    if seconds is None or not 0 < seconds <= _LONGEST_WAIT:
        return {}
    return {"Retry-After": str(math.ceil(seconds))}
