from collections.abc import Sequence
from itertools import combinations

import pytest

from outrider.kit import ids
from outrider.leads.models import STAGES, Stage
from outrider.qualification.profiles import Profile
from outrider.sequences.models import Settings
from outrider.workflows.models import (
    Workflow,
    WorkflowSettings,
    campaign_of,
    in_order,
    workflow_of,
)

SUBSETS = [each for size in (1, 2, 3) for each in combinations(STAGES, size)]


def a_workflow(stages: Sequence[Stage]) -> Workflow:
    now = "2026-11-28T09:00:00Z"
    return Workflow(
        id=ids.new("wfl"), name="First", stages=list(stages), created_at=now, updated_at=now
    )


@pytest.mark.parametrize("stages", SUBSETS)
def test_a_lead_goes_through_each_stage_once(stages: Sequence[Stage]) -> None:
    workflow = a_workflow(stages)
    passed: list[Stage] = []
    stage: Stage | None = workflow.first_stage
    while stage:
        passed.append(stage)
        stage = workflow.stage_after(stage)
    assert passed == list(stages)


def test_a_stage_that_was_taken_out_leads_to_the_next() -> None:
    assert a_workflow(["research", "contact"]).stage_after("qualify") == "contact"
    assert a_workflow(["research"]).stage_after("qualify") is None


@pytest.mark.parametrize("stages", SUBSETS)
def test_stages_are_put_in_order(stages: Sequence[Stage]) -> None:
    assert in_order(list(reversed(stages))) == list(stages)


def test_a_workflow_and_its_campaign_name_each_other() -> None:
    workflow_id = ids.new("wfl")
    assert workflow_of(campaign_of(workflow_id)) == workflow_id
    assert a_workflow(["contact"]).campaign_id is None


def test_own_profile_and_threshold_have_precedence() -> None:
    of_workspace, own = Profile(titles=["cto"], threshold=40), Profile(titles=["ceo"])
    assert WorkflowSettings().qualifies_by(of_workspace) == of_workspace
    assert WorkflowSettings(profile=own).qualifies_by(of_workspace) == own
    assert WorkflowSettings(threshold=90).qualifies_by(of_workspace).threshold == 90


def test_other_settings_of_its_campaign_are_kept() -> None:
    current = Settings(track_clicks=True, daily_limit=5)
    settings = WorkflowSettings(timezone="Europe/Berlin").of_campaign(current)
    assert settings == Settings(track_clicks=True, timezone="Europe/Berlin", keep_running=True)
