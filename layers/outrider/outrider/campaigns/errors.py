"""Errors of campaigns and enrollments."""

from outrider.kit.errors import Conflict, OutriderError, ResourceNotFound


class CampaignNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no campaign with this id in this workspace")


_REMEDIES = {
    "draft": "launch it with POST /v1/campaigns/{id}/launch",
    "active": "add contacts to it with POST /v1/campaigns/{id}/audience",
    "paused": "resume it with POST /v1/campaigns/{id}/resume",
    "completed": "create another campaign of its sequence with POST /v1/campaigns",
}
"""Remedy for each campaign status that does not allow an operation."""


class CampaignNotActive(OutriderError):
    status, code = 400, "CAMPAIGN_NOT_ACTIVE"
    title = "The campaign is not active"

    def __init__(self, status: str) -> None:
        super().__init__(
            f"Contacts can be triggered in an active campaign; this one is {status}: "
            f"{_REMEDIES[status]}"
        )


class CampaignTakesNobody(Conflict):
    """Contacts cannot be added to a campaign with this status."""

    def __init__(self, status: str) -> None:
        super().__init__(
            "Contacts can be added to a campaign that is active or paused; this one is "
            f"{status}: {_REMEDIES[status]}"
        )


class ApprovedStepGone(Conflict):
    """A message was approved for a step that is not the first one of the campaign any more."""

    def __init__(self, step_id: str) -> None:
        super().__init__(
            f"The approved message is that of step {step_id}, which is no longer the first step of "
            "the sequence: have the message of the present first step approved"
        )


class EnrollmentNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no enrollment with this id in this workspace")


class WrongState(Conflict):
    """The operation is not allowed for an enrollment in this state."""

    def __init__(self, done: str, state: str, remedy: str) -> None:
        super().__init__(f"An enrollment that is {state} cannot be {done}: {remedy}")


class WrongStatus(Conflict):
    """The operation is not allowed for a campaign with this status. Without `remedy`, the message
    names the usual next operation."""

    def __init__(self, done: str, status: str, remedy: str = "") -> None:
        super().__init__(
            f"A campaign that is {status} cannot be {done}: {remedy or _REMEDIES[status]}"
        )


class LaunchedElsewhere(Conflict):
    def __init__(self) -> None:
        super().__init__("Another request launched it at the same time")


class SequenceWasDeleted(Conflict):
    def __init__(self) -> None:
        super().__init__("The sequence of this campaign was deleted, and its steps with it")
