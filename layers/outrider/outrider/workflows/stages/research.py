"""The stage `research`: reads the website of the lead's company."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.contacts.errors import ContactNotFound
from outrider.kit.aws.dynamodb import Action
from outrider.research.errors import NothingToResearch
from outrider.research.schemas import ResearchRequest
from outrider.research.service import ResearchService
from outrider.workflows.runs.repository import WorkflowRunRepository
from outrider.workflows.stages.models import Outcome, Researched, StageFailed
from outrider.workflows.stages.worker import ClaimedLead

CONTACT_DELETED = StageFailed("contact_deleted", "The contact was deleted")


@dataclass(frozen=True, slots=True)
class ResearchStage:
    """Carries out the stage `research`. `research` makes the research service for a piece of work:
    the same credits are held for it however often it is repeated, and the credits charged are
    counted by the writes that the function returns, in the same transaction."""

    runs: WorkflowRunRepository
    research: Callable[[str, Callable[[int], Sequence[Action]]], ResearchService]

    def __call__(self, claimed: ClaimedLead) -> Outcome:
        """Research the company. Raises InsufficientCredits, and ServiceUnavailable."""
        workflow, lead = claimed.workflow, claimed.lead
        service = self.research(
            f"{lead.id}#{workflow.run}",
            lambda credits: self.runs.count_actions(workflow, {"credits": credits}),
        )
        try:
            found = service.carry_out(lead.contact_id, ResearchRequest())
        except NothingToResearch:
            return Researched(missing="nothing_to_research")
        except ContactNotFound:
            return CONTACT_DELETED
        if found.outcome == "found":
            return Researched(at=found.researched_at)
        return Researched(missing=found.outcome)
