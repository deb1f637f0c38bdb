"""Errors of credits."""

from outrider.kit.errors import OutriderError


class InsufficientCredits(OutriderError):
    status, code = 402, "INSUFFICIENT_CREDITS"
    title = "The workspace does not have enough credits"

    def __init__(self, *, needed: int, available: int, resets_at: str) -> None:
        super().__init__(
            f"Not enough credits: {needed} needed, {available} available. The balance is filled up "
            f"at {resets_at}; how much a month brings is set by the plan of the workspace, which "
            "the operator of this deployment decides on",
            headers={"X-Credits-Remaining": str(available)},
        )
