"""Errors of runs."""

from outrider.kit.errors import Conflict, ResourceNotFound


class RunNotFound(ResourceNotFound):
    """The workflow has no such run."""

    def __init__(self) -> None:
        super().__init__("There is no run with this id of this workflow")


class RunUnderWay(Conflict):
    """The workflow cannot be run, because a run is under way or paused."""

    def __init__(self, status: str) -> None:
        self.is_paused = status == "paused"
        remedy = (
            "resume it with POST /v1/workflows/{id}/resume"
            if self.is_paused
            else "leads that are added to it meanwhile are taken in"
        )
        super().__init__(f"A run of this workflow is {status} already: {remedy}")


class NoRun(Conflict):
    """There is no run that could be paused or resumed."""

    def __init__(self, what: str, status: str) -> None:
        super().__init__(
            f"A workflow that is {status} cannot be {what}. Start a run of it with "
            "POST /v1/workflows/{id}/run"
        )
