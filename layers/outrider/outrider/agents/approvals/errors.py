"""Errors of approvals."""

from collections.abc import Sequence

from outrider.access.errors import ScopeDenied
from outrider.kit import clock
from outrider.kit.errors import Conflict, ResourceNotFound


class ApprovalNotFound(ResourceNotFound):
    title = "There is no such approval in this workspace"


class ApprovalExpired(Conflict):
    """Nobody decided in time."""

    code = "APPROVAL_EXPIRED"
    title = "The approval has expired, so nothing was done"

    def __init__(self, expires_at: str) -> None:
        super().__init__(
            f"The approval expired at {expires_at}: nothing was done, and nothing will be. Have the"
            " agent propose the call again, or make the call yourself"
        )


class ApprovalChanged(Conflict):
    """The call would not have the effect any more that was shown."""

    code = "APPROVAL_CHANGED"
    title = "The call would do something else than what was shown, so nothing was done"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Since the call was proposed, {what}. Nothing was done. Reject this approval and have"
            " the agent propose the call again, or make the call yourself"
        )


class ApprovalDecided(Conflict):
    """Another decision was made before."""

    def __init__(self, status: str, actor: str | None) -> None:
        super().__init__(
            f"{actor} has decided, and the approval is {status}: a decision is final, and the call"
            " of an approval is made once"
        )


class ApprovalExecuting(Conflict):
    """The call of the approval is being made."""

    def __init__(self, lease_ms: int) -> None:
        seconds = max(1, -(-(lease_ms - clock.epoch_ms()) // 1000))
        super().__init__(
            f"The call is being made: read the approval in {seconds} s, or approve it again then",
            headers={"Retry-After": str(seconds)},
        )


class OutcomeUnknown(Conflict):
    """The answer of the call was lost, and the call cannot be repeated safely."""

    def __init__(self) -> None:
        super().__init__(
            "The response of the call was lost, and the call cannot be repeated safely, since it"
            " was approved more than 15 minutes ago or something has changed: look at what it was"
            " to change, and make the call yourself if it was not made"
        )


class DecisionDenied(ScopeDenied):
    """The caller may not decide on the approval, or not read what it shows."""

    @classmethod
    def for_agents(cls) -> "DecisionDenied":
        return cls("An agent cannot decide on approvals: a person does, with an API key")

    @classmethod
    def lacking(cls, scopes: Sequence[str]) -> "DecisionDenied":
        several = "s" if len(scopes) > 1 else ""
        return cls(
            f"To see and approve this call, a key needs the scope{several} {' and '.join(scopes)},"
            " which this API key does not have"
        )


class NotProposable(Conflict):
    """The effect of the call cannot be shown to a person, so it cannot be proposed."""

    title = "The call cannot be proposed"
