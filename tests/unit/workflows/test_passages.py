"""Where a lead goes after a stage, whatever the stages of its workflow and the outcome."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit import clock, ids
from outrider.leads.models import STAGES, Lead, Stage
from outrider.leads.statuses.waiting import waits_for
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score
from outrider.workflows.models import Workflow
from outrider.workflows.stages.models import (
    Enrolled,
    Omitted,
    Outcome,
    Qualified,
    Researched,
    StageFailed,
)
from outrider.workflows.stages.passages import next_stage

SUBSETS = [each for size in (1, 2, 3) for each in combinations(STAGES, size)]
GOOD = Qualified(Score(score=80, threshold=70, verdict="qualified", lines=[]), Profile())
BAD = Qualified(Score(score=20, threshold=70, verdict="disqualified", lines=[]), Profile())
OUTCOMES: dict[Stage, list[Outcome]] = {
    "research": [Researched(at="2026-11-28T09:00:00.000Z"), Researched(missing="unreachable")],
    "qualify": [GOOD, BAD],
    "contact": [Enrolled("enr_1"), StageFailed("unsubscribed", "Unsubscribed")],
}


def a_lead(stage: Stage, **fields: Any) -> Lead:
    now = clock.timestamp()
    return Lead(
        id=ids.new("led"),
        contact_id=ids.new("con"),
        workflow_id=ids.new("wfl"),
        stage=stage,
        staged_at=now,
        created_at=now,
        updated_at=now,
        **fields,
    )


def a_workflow(*stages: Stage) -> Workflow:
    now = clock.timestamp()
    return Workflow(
        id=ids.new("wfl"), name="First", stages=list(stages), run=1, created_at=now, updated_at=now
    )


@given(st.data())
def test_every_way_ends_and_is_counted_once(data: st.DataObject) -> None:
    workflow = a_workflow(*data.draw(st.sampled_from(SUBSETS)))
    lead = a_lead(workflow.first_stage)
    counts: dict[str, int] = {}
    passed: list[Stage] = []
    while lead.stage:
        passed.append(lead.stage)
        outcome = data.draw(st.sampled_from(OUTCOMES[lead.stage]))
        passage = next_stage(workflow, lead, outcome)
        assert passage.lead.version == lead.version + 1
        lead = passage.lead
        for name, by in passage.counts.items():
            counts[name] = counts.get(name, 0) + by

    assert passed == list(workflow.stages)[: len(passed)]
    assert (counts["entered"], counts["done"], lead.run) == (1, 1, 1)
    assert lead.status not in ("researching", "new") or lead.enrollment_id
    assert waits_for(lead, workflow) == ("email" if lead.enrollment_id else None)
    assert (lead.status == "failed") == (lead.failure is not None)


def test_below_the_threshold_it_goes_no_further() -> None:
    passage = next_stage(a_workflow("qualify", "contact"), a_lead("qualify"), BAD)

    assert (passage.lead.stage, passage.lead.status) == (None, "disqualified")


def test_what_was_approved_is_not_done_twice() -> None:
    lead = a_lead("contact", status="qualified", approved_at=clock.timestamp(), run=1)

    passage = next_stage(a_workflow("qualify", "contact"), lead, Enrolled("enr_1"))

    assert dict(passage.counts) == {"enrolled": 1}


@pytest.mark.parametrize(
    ("stage", "then"), [("research", "qualify"), ("qualify", "contact"), ("contact", None)]
)
def test_a_stage_that_was_taken_out_is_passed_over(stage: Stage, then: Stage | None) -> None:
    others: list[Stage] = [each for each in STAGES if each != stage]

    assert next_stage(a_workflow(*others), a_lead(stage), Omitted(stage)).lead.stage == then
