"""Errors of leads."""

from outrider.kit.errors import Conflict, DuplicateResource, ResourceNotFound


class LeadNotFound(ResourceNotFound):
    """There is no such lead in the workspace."""

    def __init__(self) -> None:
        super().__init__("There is no lead with this id in this workspace")


class LeadExists(DuplicateResource):
    """The contact has a lead in this workflow, or one without a workflow, already."""

    def __init__(self, lead_id: str) -> None:
        super().__init__(
            f"The contact has the lead {lead_id} already: use that one, or delete it first"
        )
        self.lead_id = lead_id


class StatusOfWorkflow(Conflict):
    """The status of a lead of a workflow cannot be set to anything."""

    def __init__(self, status: str) -> None:
        super().__init__(
            f"Only the workflow of this lead makes it {status}. Set disqualified to take it out of "
            "the workflow, or new to have the workflow begin with it again"
        )


class AlreadyEnrolled(Conflict):
    """The lead was enrolled, so that its status follows its emails."""

    def __init__(self, enrollment_id: str) -> None:
        super().__init__(
            "The lead was enrolled, so its status follows its emails. To send no more of them: "
            f"POST /v1/enrollments/{enrollment_id}/stop"
        )


class NotResearched(ResourceNotFound):
    """Nothing was researched about the company of a lead's contact."""

    def __init__(self, lead_id: str) -> None:
        super().__init__(
            "Nothing was researched about the company of this lead yet. Research it with "
            f"POST /v1/leads/{lead_id}/research"
        )
