"""Errors of authentication, authorization, rate limiting and idempotency keys."""

from outrider.kit.errors import Conflict, OutriderError

_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class MissingAuth(OutriderError):
    status, code = 401, "MISSING_AUTH"
    title = "The request carries no API key"

    def __init__(self) -> None:
        super().__init__(
            "Send your key in the header `Authorization: Bearer otr_live_sk_…`",
            headers=_CHALLENGE,
        )


class InvalidApiKey(OutriderError):
    """The API key was rejected. The error is the same for unknown, malformed, revoked and expired
    keys, so it reveals nothing about them."""

    status, code = 401, "INVALID_API_KEY"
    title = "The API key is not valid"

    def __init__(self, detail: str = "The key is unknown, malformed, revoked or expired") -> None:
        super().__init__(detail, headers=_CHALLENGE)

    @classmethod
    def without_bearer(cls, *, basic: bool) -> "InvalidApiKey":
        """Return the error for an Authorization header without the Bearer scheme; `basic` if it has
        the Basic scheme."""
        problem = "uses the Basic scheme" if basic else "does not begin with the word Bearer"
        return cls(f"The Authorization header {problem}: send `Authorization: Bearer <your key>`")


class PlanRequired(OutriderError):
    status, code = 403, "PLAN_REQUIRED"
    title = "The workspace's plan has no API access"


class WorkspaceSuspended(OutriderError):
    status, code = 403, "WORKSPACE_SUSPENDED"
    title = "The workspace is suspended"

    def __init__(self) -> None:
        super().__init__(
            "The operator of this deployment has suspended the workspace: no call is accepted and "
            "nothing is sent until the operator resumes it. Its data is kept"
        )


class OrgNotFound(OutriderError):
    status, code = 404, "ORG_NOT_FOUND"
    title = "The workspace of the API key does not exist"

    def __init__(self) -> None:
        super().__init__("The workspace that this API key belongs to was deleted")


class ScopeDenied(OutriderError):
    status, code = 403, "SCOPE_DENIED"
    title = "The API key may not do this"


class RateLimited(OutriderError):
    status, code = 429, "RATE_LIMITED"
    title = "Too many requests"


class IdempotencyMismatch(OutriderError):
    status, code = 422, "IDEMPOTENCY_MISMATCH"
    title = "The Idempotency-Key belongs to another request"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was used for another request in the last 72 hours. "
            "Send a new key, or repeat the first request unchanged"
        )


class StillRunning(Conflict):
    """An earlier request with the same Idempotency-Key has not ended yet."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(
            "The first request with this Idempotency-Key is still running; "
            f"ask again in {retry_after} s",
            headers={"Retry-After": str(retry_after)},
        )
