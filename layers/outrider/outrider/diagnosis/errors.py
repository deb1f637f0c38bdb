"""Errors of calls that a check makes."""


class CheckUnanswered(Exception):
    """AWS refused the call of a check or did not respond. `code` is AWS's error code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code

    @property
    def is_denied(self) -> bool:
        """Return whether the role of the function does not allow the call."""
        return self.code in ("AccessDenied", "AccessDeniedException", "AuthorizationError")


class NotOnLocalStack(Exception):
    """The emulator has nothing that the check could look at."""
