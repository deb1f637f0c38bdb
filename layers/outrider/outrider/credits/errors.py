"""What can go wrong with credits."""

from outrider.kit.errors import OutriderError


class InsufficientCredits(OutriderError):
    status, code = 402, "INSUFFICIENT_CREDITS"
    title = "The workspace has not enough credits"

    def __init__(self, *, needed: int, available: int, resets_at: str) -> None:
        super().__init__(
            f"This needs {needed} credits and {available} are available; "
            f"the balance is filled up again at {resets_at}",
            headers={"X-Credits-Remaining": str(available)},
        )
