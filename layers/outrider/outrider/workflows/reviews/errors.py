"""Errors of reviews."""

from outrider.kit.errors import Conflict


class NotInReview(Conflict):
    """The lead does not wait for approval."""

    def __init__(self, status: str) -> None:
        super().__init__(
            f"The lead is {status}: only a lead in review has a draft to approve or to edit"
        )


class NotRejectable(Conflict):
    """The lead was enrolled, has failed, or belongs to no workflow."""

    def __init__(self, status: str) -> None:
        super().__init__(
            f"The lead is {status}: only a lead in review, or one that was not enrolled since its "
            "approval, can be rejected"
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
