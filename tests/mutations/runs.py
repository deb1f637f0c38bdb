"""Runs of workflows: who may work on a lead, and when a run is over."""

from tests.mutations.mutation import Change, Mutation

_WORKER = "workflows/stages/worker.py"
_DISPATCHER = "workflows/runs/dispatcher.py"

_RUNS = "tests/integration/test_workflow_runs.py"
_ROUNDS = "tests/integration/test_workflow_rounds.py"
_CONTACT = "tests/integration/test_workflow_contact.py"

_TOO_MANY = "if lead.attempts >= MOST_ATTEMPTS:\n            return self._settle(workflow, lead"

MUTATIONS = [
    Mutation(
        "lead taken from the worker that has it",
        (f"{_ROUNDS}::TestDuplicates::test_of_a_message_do_nothing_while_a_worker_has_the_lead",),
        (Change(_WORKER, "if lead.is_leased:", "if False:"),),
    ),
    Mutation(
        "stage begun while the workflow is paused",
        (f"{_ROUNDS}::TestPause::test_leaves_what_lies_in_a_queue_to_the_time_after_it",),
        (
            Change(
                _WORKER,
                'return workflow.status == "running" or (',
                'return workflow.status != "idle" or (',
            ),
        ),
    ),
    Mutation(
        "approved lead left until the next run",
        (f"{_CONTACT}::TestReview::test_sends_what_was_approved_between_two_runs",),
        (Change(_WORKER, "and lead.approved_at is not None", "and lead.approved_at is lead"),),
    ),
    Mutation(
        "stage tried for ever",
        (f"{_RUNS}::TestFailingLead::test_stops_no_other_and_says_why",),
        (
            Change(_WORKER, f"{_TOO_MANY}, _gave_up(noted))", "pass"),
            Change(_WORKER, f"{_TOO_MANY}, _gave_up(lead))", "pass"),
        ),
        covered_by="a lead of which an attempt too many was begun fails too",
    ),
    Mutation(
        "run completed though a lead came at that moment",
        (f"{_ROUNDS}::TestClock::test_does_not_complete_a_run_that_gets_a_lead_at_that_moment",),
        (
            Change(
                _DISPATCHER,
                "*self.runs.check_pending_unchanged_actions(workflow.id, shards),",
                "",
            ),
        ),
    ),
    Mutation(
        "clock that goes on though it was replaced",
        (f"{_ROUNDS}::TestClock::test_that_was_replaced_stops",),
        (Change(_DISPATCHER, "if workflow.clock != this.clock:", "if False:"),),
    ),
    Mutation(
        "leads queued beyond those that wait in the queues",
        (f"{_ROUNDS}::TestWindow::test_leaves_most_of_a_large_workflow_in_the_table",),
        (Change(_DISPATCHER, "if lead.place > after]", "]"),),
    ),
    Mutation(
        "lost messages never sent again",
        (f"{_ROUNDS}::TestLostMessages::test_are_sent_again_after_a_quarter_of_an_hour",),
        (
            Change(
                _DISPATCHER,
                "if not began or clock.from_text(began) <= now - _AGAIN:",
                "if not began:",
            ),
        ),
    ),
]
