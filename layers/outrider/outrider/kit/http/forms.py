"""Forms of an API: how its requests and responses look to clients.

The native form is that of `/v1`. The surfaces for clients of other products have forms of their
own, over the same handlers.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from outrider.kit.errors import OutriderError
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer, render, render_error


class Form(Protocol):
    """Translation between the requests and responses of clients and those of the handlers."""

    def received(self, request: Request) -> Request:
        """Return the request with body and query as the route takes them."""

    def result(self, result: Any, status: int) -> Answer:
        """Return the response for a handler's result. It may be stored for the Idempotency-Key, so
        it contains nothing of this request only."""

    def error(self, error: OutriderError, request: Request) -> Answer:
        """Return the response for an error."""

    def sent(self, answer: Answer, headers: Mapping[str, str], request: Request) -> Answer:
        """Return the response with what belongs to this request only. `headers` are added to it
        afterwards."""


class NativeForm:
    """The form of `/v1`: models as they are, and errors as problem documents (RFC 9457)."""

    def received(self, request: Request) -> Request:
        return request

    def result(self, result: Any, status: int) -> Answer:
        return render(result, status)

    def error(self, error: OutriderError, request: Request) -> Answer:
        return render_error(error, request.request_id, request.api_url)

    def sent(self, answer: Answer, headers: Mapping[str, str], request: Request) -> Answer:  # noqa: ARG002 - of the protocol
        return answer
