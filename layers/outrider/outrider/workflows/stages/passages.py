"""The way of a lead through the stages of its workflow, as a pure function."""

from collections.abc import Mapping
from dataclasses import dataclass

from outrider.leads.models import Lead, LeadFailure, LeadStatus
from outrider.leads.statuses.scores import fields_of
from outrider.workflows.models import Workflow
from outrider.workflows.stages.models import (
    Drafted,
    Enrolled,
    Omitted,
    Outcome,
    Qualified,
    Researched,
    StageFailed,
)

_MISSING = {
    "nothing_to_research": "Neither the contact nor its company has a domain or a website",
    "unreachable": "No page of the company's website could be read",
    "disallowed": "The robots.txt of the company's website forbids reading it",
}


@dataclass(frozen=True, slots=True)
class Passage:
    """A lead after a stage: `lead` as it is then, and the amounts by which the counters of the run
    rise."""

    lead: Lead
    counts: Mapping[str, int]


def next_stage(workflow: Workflow, lead: Lead, outcome: Outcome) -> Passage:
    """Return the lead after the stage that it is at, whose outcome this is."""
    passage = _passage(workflow, lead, outcome)
    counts = dict(passage.counts)
    if lead.run != workflow.run:
        counts["entered"] = 1
    if passage.lead.stage is None and not lead.approved_at:  # else it is counted since its review
        counts["done"] = 1
    after = passage.lead.model_copy(update={"run": workflow.run})
    return Passage(after, counts)


def failed(lead: Lead, code: str, detail: str) -> Lead:
    """Return the lead as failed, with the reason; no stage is left for it."""
    failure = LeadFailure(code=code, detail=detail)
    return lead.at_stage(None, status="failed", failure=failure)


def _passage(workflow: Workflow, lead: Lead, outcome: Outcome) -> Passage:
    match outcome:
        case Researched():
            return _researched(workflow, lead, outcome)
        case Qualified(score, profile, paid):
            verdict = score.verdict
            after = lead.at_stage(
                workflow.stage_after("qualify") if verdict == "qualified" else None,
                status=verdict,
                status_reason=None,
                decided_at=None,
                failure=None,
                **fields_of(score, profile, paid.rationale if paid else None),
            )
            return Passage(after, {verdict: 1, "credits": paid.held.held if paid else 0})
        case Drafted(draft):
            after = lead.at_stage(
                None, status="review", draft=draft, approved_at=None, failure=None
            )
            return Passage(after, {"review": 1})
        case Enrolled(enrollment_id):
            # It is contacted only when its message is out, as an event of the engine says. After a
            # restore that may have been before, in the lost time.
            status = _reached(lead) or lead.status
            after = lead.at_stage(None, status=status, enrollment_id=enrollment_id, failure=None)
            return Passage(after, {"enrolled": 1})
        case Omitted(stage):
            return Passage(lead.at_stage(workflow.stage_after(stage)), {})
        case StageFailed(code, detail):
            counts = {"failed": 1, f"failed_{code}": 1}
            return Passage(failed(lead, code, detail), counts)


def _reached(lead: Lead) -> LeadStatus | None:
    """Return the status that the outreach to the lead has reached, if any went out."""
    if lead.replied_at:
        return "replied"
    return "contacted" if lead.contacted_at else None


def _researched(workflow: Workflow, lead: Lead, outcome: Researched) -> Passage:
    """Return the lead after its research. If nothing was found it goes on with what is known, and
    fails only if research is all that its workflow does."""
    following = workflow.stage_after("research")
    if outcome.missing is None:
        after = lead.at_stage(
            following, status="researched", researched_at=outcome.at, failure=None
        )
        return Passage(after, {"researched": 1})
    counts = {"not_researched": 1, f"not_researched_{outcome.missing}": 1}
    if following is None:
        gone = failed(lead, outcome.missing, _MISSING[outcome.missing])
        return Passage(gone, {**counts, "failed": 1, f"failed_{outcome.missing}": 1})
    return Passage(lead.at_stage(following, status="new", failure=None), counts)
