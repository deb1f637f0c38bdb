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
                'if progress != "answered" and not (has_begun and is_bound):',
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
                "if clock.now() - clock.from_text(str(approval.decided_at)) > VALID_FOR:",
                "if False:",
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
