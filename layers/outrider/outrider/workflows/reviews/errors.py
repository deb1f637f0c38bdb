"""Errors of reviews."""

from outrider.kit.errors import Conflict
from outrider.leads.models import Lead


class NotInReview(Conflict):
    """The lead does not wait for approval."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            f"The lead is {lead.status}: only a lead in review has a draft to approve or to edit. "
            + _instead_of_approving(lead)
        )


class NotRejectable(Conflict):
    """The lead was enrolled, has failed, or does not wait for a person."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            f"The lead is {lead.status}: only a lead in review, or one that was not enrolled since "
            f"its approval, can be rejected. {_instead_of_rejecting(lead)}"
        )


class DraftReplaced(Conflict):
    """The draft is another one than the one to approve."""

    def __init__(self, given: str, current: str) -> None:
        super().__init__(
            f"The lead has another draft than {given}: read it again, and approve {current}"
        )


class DraftOutdated(Conflict):
    """The draft does not have the content any more that would be made now."""

    def __init__(self, current: str) -> None:
        super().__init__(
            "The contact, the step or the mailbox was changed after this draft was made, so it was "
            f"made again: read it, and approve {current}"
        )


class WorkflowWithoutContact(Conflict):
    """The workflow of the lead was deleted, or does not contact leads any more."""

    def __init__(self) -> None:
        super().__init__("The workflow of this lead was deleted, or has no stage contact any more")


class NotEditable(Conflict):
    """The first message is not an email."""

    def __init__(self) -> None:
        super().__init__(
            "Only emails can be edited. Change the first step of the sequence of the workflow"
        )


def _instead_of_approving(lead: Lead) -> str:
    if lead.enrollment_id:
        return _stop(lead.enrollment_id)
    if lead.workflow_id is None:
        return "Add its contact to a workflow with POST /v1/workflows/{id}/leads"
    if lead.status in ("disqualified", "failed"):
        return (
            f'PATCH /v1/leads/{lead.id} with {{"status": "new"}} has its workflow begin with it '
            "again"
        )
    return "Its waits_for says what happens first"


def _instead_of_rejecting(lead: Lead) -> str:
    if lead.enrollment_id:
        return _stop(lead.enrollment_id)
    if lead.status in ("disqualified", "failed"):
        return "Nothing is sent to it"
    return f'PATCH /v1/leads/{lead.id} with {{"status": "disqualified"}} does so for any other'


def _stop(enrollment_id: str) -> str:
    return f"It was enrolled: to send no more to it, POST /v1/enrollments/{enrollment_id}/stop"
