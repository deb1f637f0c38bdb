"""Errors of sandboxes."""

from outrider.kit.errors import Conflict, OutriderError


class TestKeyRequired(OutriderError):
    """A live key asked for something that exists in the sandbox only."""

    status, code = 403, "TEST_KEY_REQUIRED"
    title = "Only a test key may do this"

    def __init__(self) -> None:
        super().__init__(
            "This key is for live data, which is never reset: use a test key, which begins with "
            "otr_test_sk_"
        )


class StillResetting(Conflict):
    """The reset is not finished: it takes longer than one request, or another one works on it."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            f"The sandbox is being reset; repeat the request in {retry_after} s",
            headers={"Retry-After": str(retry_after)},
        )


class SandboxMoved(Exception):
    """Another request has changed the state of the sandbox."""


class NotEmpty(Exception):
    """Something was created while the sandbox was cleared and filled, and is in the way."""
