"""Errors of leads."""

from outrider.kit.errors import DuplicateResource, ResourceNotFound


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


class NotResearched(ResourceNotFound):
    """Nothing was researched about the company of a lead's contact."""

    def __init__(self, lead_id: str) -> None:
        super().__init__(
            "Nothing was researched about the company of this lead yet. Research it with "
            f"POST /v1/leads/{lead_id}/research"
        )
