"""Mutations of workflows: what keeps leads, campaigns and sequences as their workflow says."""

from tests.mutations.mutation import Change, Mutation

_RACES = "tests/integration/test_workflow_races.py"
_LEADS = "tests/integration/test_workflow_leads.py"
_CAMPAIGNS = "tests/integration/test_workflow_campaigns.py"
_WORKFLOWS = "tests/integration/test_workflows.py"
_ADDITIONS = "workflows/additions.py"
_LAUNCH = "campaigns/launch.py"

MUTATIONS = [
    Mutation(
        "lead for a workflow that is being deleted",
        (f"{_RACES}::TestAdd::test_adds_nothing_to_a_workflow_that_is_deleted",),
        (Change(_ADDITIONS, "self.workflows.check_open_action(workflow.id),", ""),),
    ),
    Mutation(
        "added lead that is not counted",
        (f"{_LEADS}::TestAdd::test_finds_or_creates_each_contact",),
        (Change(_ADDITIONS, "self.leads.pending_action(workflow.id, len(names)),", ""),),
    ),
    Mutation(
        "added lead that its own retry takes for another one",
        (f"{_LEADS}::TestAddAgain::test_after_a_crash_adds_each_once",),
        (Change(_ADDITIONS, "if reasons and put and not put.failed:", "if reasons and put:"),),
    ),
    Mutation(
        "changes of a workflow that overwrite others",
        (f"{_RACES}::TestUpdate::test_loses_no_change_made_at_the_same_time",),
        (
            Change(
                "workflows/repository.py",
                'changes(set=set_, remove=removed),\n            "#version = :seen",',
                'changes(set=set_, remove=removed),\n            "#version >= :seen",',
            ),
        ),
    ),
    Mutation(
        "campaign of a workflow that is launched by hand",
        (f"{_WORKFLOWS}::TestSequence::test_is_launched_and_deleted_with_the_workflow",),
        (Change(_LAUNCH, '_require_no_workflow("campaign", found.workflow_id)', "pass"),),
    ),
    Mutation(
        "new steps of a given sequence that no run takes",
        (f"{_CAMPAIGNS}::TestRun::test_gives_a_given_sequence_new_steps_with_the_next_run",),
        (
            Change(
                _LAUNCH,
                "if not is_draft and campaign.steps_version == version:",
                "if not is_draft:",
            ),
        ),
    ),
    Mutation(
        "run of a workflow without content",
        (f"{_CAMPAIGNS}::TestRun::test_needs_steps_with_content",),
        (
            Change(
                _LAUNCH,
                "campaign.settings, to_somebody=True)",
                "campaign.settings, to_somebody=False)",
            ),
        ),
    ),
]
