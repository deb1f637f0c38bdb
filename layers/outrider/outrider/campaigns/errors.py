"""What can go wrong with campaigns."""

from outrider.kit.errors import Conflict, OutriderError, ResourceNotFound


class CampaignNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no campaign with this id in this workspace")


class CampaignNotActive(OutriderError):
    status, code = 400, "CAMPAIGN_NOT_ACTIVE"
    title = "The campaign is not active"

    def __init__(self, status: str) -> None:
        super().__init__(f"Contacts can be added to an active campaign; this one is {status}")


_REMEDIES = {
    "draft": "launch it with them",
    "completed": "make another campaign of its sequence with POST /v1/campaigns",
}


class CampaignTakesNobody(Conflict):
    """Contacts cannot be added to a campaign of this status."""

    def __init__(self, status: str) -> None:
        super().__init__(
            "Contacts can be added to a campaign that is active or paused; this one is "
            f"{status}: {_REMEDIES[status]}"
        )


class EnrollmentNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no enrollment with this id in this workspace")


class WrongState(Conflict):
    """What was asked for is not to be done with an enrollment in this state."""

    def __init__(self, done: str, state: str) -> None:
        super().__init__(f"An enrollment that is {state} cannot be {done}")


class WrongStatus(Conflict):
    """What was asked for is not to be done with a campaign of this status."""

    def __init__(self, done: str, status: str) -> None:
        super().__init__(f"A campaign that is {status} cannot be {done}")


class SequenceDeleted(Conflict):
    def __init__(self) -> None:
        super().__init__("The sequence of this campaign was deleted, and its steps with it")
