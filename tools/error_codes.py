"""Error codes of the API, with advice for callers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from outrider.kit.errors import OutriderError
from tools import routes

_ADVICE = {
    "MISSING_AUTH": (
        "Send the header `Authorization: Bearer <your key>`. Keys in the query string are not read."
    ),
    "INVALID_API_KEY": (
        "Check that the whole key was copied and that it has not been revoked. The answer "
        "never tells which; create a new key with POST /v1/api-keys, or ask the operator of "
        "the stack."
    ),
    "PLAN_REQUIRED": (
        "Ask the operator of the deployment, who decides on plans: the admin function gives a "
        "workspace another one (`change_plan`)."
    ),
    "WORKSPACE_SUSPENDED": (
        "Ask the operator of the deployment, who has suspended the workspace and can resume it. "
        "Do not repeat the call before."
    ),
    "SCOPE_DENIED": "Use a key with the scope that `detail` names, or create one.",
    "TEST_KEY_REQUIRED": (
        "Use a test key of the workspace: it begins with `otr_test_sk_`. Live data is never reset."
    ),
    "RESOURCE_NOT_FOUND": (
        "Check the id, and that the key is of the same workspace and mode: a test key sees no"
        " live data, and the ids of other workspaces answer exactly like ids that do not "
        "exist."
    ),
    "METHOD_NOT_ALLOWED": "Use one of the methods in the header `Allow`.",
    "VALIDATION_ERROR": (
        "Correct what `errors` lists: `pointer` is the place in the body, `/query/<parameter>`,"
        " or `/headers/<name>`."
    ),
    "DUPLICATE_RESOURCE": (
        "Use the existing resource, whose id is in `detail`, or send `upsert: true` where the"
        " call takes it."
    ),
    "PRECONDITION_FAILED": (
        "Read the resource again, decide anew, and send the change with its current `version` in "
        "`If-Match`. Nothing was changed."
    ),
    "CONFLICT": (
        "Read the resource again: it changed, or is in a state that does not allow this. With "
        "`Retry-After` the first request with this Idempotency-Key is still running."
    ),
    "APPROVAL_CHANGED": (
        "Reject the approval, and have the agent propose the call again: what it would do is not "
        "what was shown any more. Nothing was done."
    ),
    "APPROVAL_EXPIRED": (
        "Have the agent propose the call again, or make it yourself. Nothing was done."
    ),
    "IDEMPOTENCY_MISMATCH": (
        "Make a new Idempotency-Key for each new request, and use it again only to repeat that "
        "request as it was."
    ),
    "MAILBOX_POOL_NOT_WARMED": "Launch with a pool that has a warmed mailbox, or add one: "
    "GET /v1/deliverability says what each mailbox needs.",
    "PAYLOAD_TOO_LARGE": (
        "Send at most 1 MB in a call, 5 MB where it takes many items; split what is larger."
    ),
    "RATE_LIMITED": (
        "Wait for as many seconds as `Retry-After` says: then the call succeeds. `RateLimit` "
        "tells on every answer how many calls are left."
    ),
    "INSUFFICIENT_CREDITS": (
        "Wait for the monthly reset, which `detail` names, or ask the operator of the "
        "deployment for"
        " a workspace with a larger plan. Nothing was done or spent."
    ),
    "INTERNAL_ERROR": (
        "Try again with the same Idempotency-Key; if it stays, report the `request_id`."
    ),
    "SERVICE_UNAVAILABLE": (
        "Nothing was done. Wait for as many seconds as `Retry-After` says and try again."
    ),
}


@dataclass(frozen=True, slots=True)
class ErrorCode:
    code: str
    status: int
    title: str

    @property
    def advice(self) -> str:
        return _ADVICE.get(self.code, "`detail` says what stands in the way.")


@cache
def error_codes() -> tuple[ErrorCode, ...]:
    """Return the error codes sorted by status and code. The title is that of the most general error
    class."""
    routes.apis()
    found: dict[str, ErrorCode] = {}
    for kind in error_classes():
        found.setdefault(kind.code, ErrorCode(kind.code, kind.status, kind.title))
    return tuple(sorted(found.values(), key=lambda each: (each.status, each.code)))


def error_classes() -> Iterator[type[OutriderError]]:
    """Yield the classes of errors that are imported, the more general ones first."""
    level: list[type[OutriderError]] = [OutriderError]
    while level:
        yield from level
        level = [deeper for kind in level for deeper in kind.__subclasses__()]
