"""Errors of sequences."""

from collections.abc import Iterable

from outrider.kit.errors import Conflict, OutriderError, ResourceNotFound


class SequenceNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no sequence with this id in this workspace")


class StepsNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("The sequence has no steps of this version")


class StepNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__(
            "The sequence has no step with this id. GET /v1/sequences/{sequence_id}/steps lists "
            "them"
        )


class VariantNotFound(ResourceNotFound):
    def __init__(self, known: str) -> None:
        super().__init__(f"The step has no variant with this id; it has {known}")


class SequenceNotChangeable(Conflict):
    """The fields named by `what` cannot be changed while the sequence has this status."""

    def __init__(self, what: str, status: str, remedy: str) -> None:
        super().__init__(f"The {what} of a sequence that is {status} cannot be changed: {remedy}")


class SequenceInUse(Conflict):
    def __init__(self, status: str, campaigns: int) -> None:
        if campaigns:
            detail = (
                f"The sequence has {campaigns} campaign{'s' if campaigns > 1 else ''}. Delete "
                "them first: GET /v1/campaigns?sequence_id= lists them"
            )
        else:
            detail = (
                f"Only a draft or a finished sequence can be deleted; this one is {status}: pause "
                "and delete its campaign first"
            )
        super().__init__(detail)


class WorkflowDecides(Conflict):
    """A sequence or campaign that belongs to a workflow is changed, launched and deleted with
    it."""

    def __init__(self, what: str, workflow_id: str, remedy: str) -> None:
        super().__init__(f"The {what} belongs to the workflow {workflow_id}: {remedy}")

    @classmethod
    def about_rules(cls, what: str, workflow_id: str, rules: Iterable[str]) -> "WorkflowDecides":
        """Return the error of a change of settings that are those of the workflow."""
        named = " and ".join(sorted(rules))
        remedy = f"change {named} with PATCH /v1/workflows/{workflow_id}"
        return cls(what, workflow_id, remedy)


class SequenceNotDraft(Conflict):
    def __init__(self, status: str) -> None:
        remedy = (
            "create a campaign of it with POST /v1/campaigns"
            if status == "finished"
            else "add contacts to its campaign with POST /v1/campaigns/{id}/audience"
        )
        super().__init__(f"Only a draft can be launched; this sequence is {status}: {remedy}")


class SequenceNotLaunched(Conflict):
    def __init__(self) -> None:
        super().__init__("The sequence was never launched: there is nothing to pause or resume")


class LaunchUnderWay(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "A launch with other contacts was started and has not finished: repeat it with "
            "the same contacts"
        )


class MailboxPoolNotWarmed(OutriderError):
    status, code = 409, "MAILBOX_POOL_NOT_WARMED"
    title = "No mailbox of the pool can send"
