"""Errors of workflows."""

from outrider.kit.errors import Conflict, ResourceNotFound


class WorkflowNotFound(ResourceNotFound):
    """There is no such workflow in the workspace."""

    def __init__(self) -> None:
        super().__init__("There is no workflow with this id in this workspace")


class WorkflowUnderWay(Conflict):
    """The stages of a workflow cannot be changed while a run is under way."""

    def __init__(self, status: str) -> None:
        way = "resume it, and wait" if status == "paused" else "wait"
        super().__init__(
            f"The stages of a workflow that is {status} cannot be changed: {way} until its run has "
            "ended, as GET /v1/workflows/{id} shows"
        )


class SequenceFixed(Conflict):
    """The workflow's sequence was chosen before and cannot be replaced."""

    def __init__(self, sequence_id: str) -> None:
        super().__init__(
            f"The workflow has the sequence {sequence_id}, which cannot be replaced: change it "
            f"with PUT /v1/sequences/{sequence_id}/steps, or make a new workflow"
        )
