"""Mutations of what has runs of agents and approvals go on, once, after a failure."""

from tests.mutations.mutation import Change, Mutation

_CRASHES = "tests/agents/test_run_crashes.py"
_APPROVE = "tests/agents/test_repeated_approvals.py::TestApproved"
_BINDING = "tests/agents/test_repeated_approvals.py::TestBinding"

MUTATIONS = [
    Mutation(
        "tool call whose answer was lost",
        (f"{_CRASHES}::TestLostAnswer::test_is_asked_for_again",),
        (Change("agents/runs/loop.py", "if result.is_temporary:", "if False:"),),
    ),
    Mutation(
        "tool call whose answer is lost for good",
        (f"{_CRASHES}::TestLostAnswer::test_is_asked_for_again",),
        (
            Change(
                "agents/runs/loop.py",
                "if not tool.is_read_only and result.is_unknown:",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "message of a run that somebody else carries on",
        (
            "tests/agents/test_chat.py::TestLongWork"
            "::test_of_a_repetition_that_stopped_too_is_done_by_the_worker",
        ),
        (Change("agents/runs/worker.py", "return self._leave(run_id)", 'return ""'),),
    ),
    Mutation(
        "run that no worker can carry on",
        (f"{_CRASHES}::TestAbandoned::test_run_that_fails_each_time_is_given_up",),
        (
            Change(
                "agents/runs/worker.py", "if work.shown.as_of_now().status in ENDED:", "if False:"
            ),
        ),
    ),
    Mutation(
        "charge of a run that is stopped while its model answers",
        (f"{_CRASHES}::test_a_stop_charges_what_the_model_answered_meanwhile",),
        (
            Change(
                "agents/runs/repository.py",
                "'#lease = :held' if lease else '#spent = :spent_seen'",
                "'#lease = :held' if lease else ':spent_seen = :spent_seen'",
            ),
        ),
    ),
    Mutation(
        "approval that is repeated after something changed",
        (f"{_APPROVE}::test_is_not_repeated_if_something_changed_since",),
        (
            Change(
                "agents/approvals/deciding.py",
                "if not (has_begun and is_bound):",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "approval that is repeated too late",
        (f"{_APPROVE}::test_is_not_repeated_after_its_fifteen_minutes",),
        (
            Change(
                "agents/approvals/deciding.py",
                'if approval.status_now == "unanswered":',
                "if False:",
            ),
        ),
    ),
    Mutation(
        "outcome of an approval by whoever lost its lease",
        (f"{_APPROVE}::test_is_left_to_whoever_took_it_over",),
        (
            Change(
                "agents/approvals/deciding.py",
                "raise ApprovalExecuting(clock.epoch_ms()) from taken",
                "raise",
            ),
        ),
    ),
    Mutation(
        "response of an approval that is stored",
        (f"{_APPROVE}::test_returns_a_stored_response_also_later",),
        (
            Change(
                "agents/approvals/deciding.py",
                'if progress == "answered":',
                "if False:",
            ),
        ),
    ),
    Mutation(
        "version of a sequence that is resumed",
        (f"{_BINDING}::test_of_what_goes_on[resume_sequence]",),
        (
            Change(
                "campaigns/pausing.py",
                "PreconditionFailed.check(if_match, sequence.version)",
                "pass",
            ),
        ),
    ),
    Mutation(
        "version of a campaign that is resumed",
        (f"{_BINDING}::test_of_what_goes_on[resume_campaign]",),
        (
            Change(
                "campaigns/pausing.py",
                "PreconditionFailed.check(if_match, campaign.version)",
                "pass",
            ),
        ),
    ),
    Mutation(
        "version of a campaign that is retried",
        (f"{_BINDING}::test_of_what_goes_on[retry_campaign]",),
        (
            Change(
                "campaigns/enrollments/retry_failed.py",
                "PreconditionFailed.check(if_match, self.caller.begin_with(campaign.version))",
                "self.caller.begin()",
            ),
        ),
    ),
    Mutation(
        "version of an enrollment that is resumed",
        (f"{_BINDING}::test_of_an_enrollment",),
        (
            Change(
                "campaigns/enrollments/service.py",
                "PreconditionFailed.check(if_match, before.version)",
                "pass",
            ),
        ),
    ),
    Mutation(
        "version of a workflow that gets leads",
        (f"{_BINDING}::test_of_a_workflow[add_workflow_leads]",),
        (
            Change(
                "workflows/additions.py",
                "PreconditionFailed.check(if_match, self.caller.begin_with(workflow.version))",
                "self.caller.begin()",
            ),
        ),
    ),
    Mutation(
        "version of a workflow that is run",
        (f"{_BINDING}::test_of_a_workflow[run_workflow]",),
        (
            Change(
                "workflows/runs/service.py",
                "PreconditionFailed.check(if_match, workflow.version)\n"
                '            if workflow.status != "idle":',
                'if workflow.status != "idle":',
            ),
        ),
    ),
    Mutation(
        "version of a workflow that is resumed",
        (f"{_BINDING}::test_of_a_workflow[resume_workflow]",),
        (
            Change(
                "workflows/runs/service.py",
                "PreconditionFailed.check(if_match, workflow.version)\n"
                '            if workflow.status == "idle":',
                'if workflow.status == "idle":',
            ),
        ),
    ),
    Mutation(
        "credits that a tool call did not cost",
        ("tests/agents/test_runs.py::TestCredits::test_of_tool_calls_are_those_that_they_cost",),
        (
            Change(
                "agents/runs/loop.py",
                "left_over = 0 if cost is None else most - cost",
                "left_over = 0",
            ),
        ),
    ),
    Mutation(
        "decision whose call was refused",
        (f"{_APPROVE}::test_is_taken_back_if_the_call_was_refused_before_anything_was_done",),
        (
            Change(
                "agents/approvals/deciding.py",
                "if found.was_refused and not is_again:",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "version of a sequence that is launched",
        (f"{_BINDING}::test_of_a_launch[launch_sequence]",),
        (
            Change(
                "campaigns/launch.py",
                "PreconditionFailed.check(if_match, sequence.version - has_begun)",
                "pass",
            ),
        ),
    ),
    Mutation(
        "version of the steps that are launched",
        (f"{_BINDING}::test_of_a_launch[launch_campaign]",),
        (
            Change(
                "campaigns/launch.py",
                "if request.steps_version not in (None, sequence.steps_version):",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "version of a campaign that gets recipients",
        (f"{_BINDING}::test_of_further_recipients",),
        (
            Change(
                "campaigns/audience/additions.py",
                "PreconditionFailed.check(if_match, campaign.version)",
                "pass",
            ),
        ),
    ),
]
