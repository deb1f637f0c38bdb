"""Mutations of approved messages and of the leads that get them: what keeps anything else from
going out in their place, and leads from failing too early."""

from tests.mutations.mutation import Change, Mutation

_TESTS = "tests/integration/test_approved_messages.py::TestApproved"
_LEADS = "tests/integration/test_following_leads.py"
_FOLLOWING = "workflows/following.py"
_RENDERING = "messages/content/rendering.py"

MUTATIONS = [
    Mutation(
        "approved content that is rendered again",
        (f"{_TESTS}::test_goes_out_as_it_is_whatever_changes",),
        (Change(_RENDERING, "if step.id == enrollment.approved_step_id:", "if False:"),),
    ),
    Mutation(
        "approved message from another mailbox",
        (f"{_TESTS}::test_never_leaves_from_another_mailbox",),
        (
            Change(
                _RENDERING,
                "if seen.mailbox is None or seen.mailbox.id != first.mailbox_id:",
                "if seen.mailbox is None:",
            ),
        ),
    ),
    Mutation(
        "mailbox that is not bound to an approved message",
        (f"{_TESTS}::test_waits_for_its_mailbox",),
        (
            Change(
                "campaigns/audience/enroller.py",
                "mailbox_id=(approved.mailbox_id if approved else None) or None,",
                "mailbox_id=None,",
            ),
        ),
    ),
    Mutation(
        "retry from any mailbox",
        (f"{_TESTS}::test_is_sent_as_approved_when_it_is_retried",),
        (
            Change(
                "campaigns/enrollments/retry_failed.py",
                "bound = before.thread or before.sends_approved",
                "bound = before.thread",
            ),
        ),
    ),
    Mutation(
        "step that takes the place of the approved one",
        (f"{_TESTS}::test_of_a_step_that_is_gone_never_becomes_another_text",),
        (
            Change(
                "messages/sending/steps.py",
                "if old and enrollment.sends_approved and (step is None or step.id != old.id):",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "approved content that outlives an erasure",
        (f"{_TESTS}::test_is_erased_with_its_contact",),
        (
            Change(
                "campaigns/enrollments/repository.py",
                "actions.append(self.table.delete_action(pk, sk))",
                "pass",
            ),
        ),
    ),
    Mutation(
        "lead that fails though its email went out",
        (f"{_LEADS}::TestOrder::test_of_an_end_before_its_email_makes_nothing_failed",),
        (
            Change(
                _FOLLOWING,
                'or self.was_written_to(data["contact_id"], data["campaign_id"])',
                "",
            ),
        ),
    ),
    Mutation(
        "failed lead that stays counted",
        (f"{_LEADS}::TestFollowing::test_a_retry_that_succeeds_makes_it_contacted_after_all",),
        (Change(_FOLLOWING, "by = 1 if after in failed else -1", "by = 1"),),
    ),
]
