"""What is made of a provider's word: of messages of which nobody knew, of marks, of a mailbox's
breaker, and of what is tried again."""

from tests.mutations.mutation import Change, Mutation, always

_MESSAGES = "messages/repository.py"
_REVIEWS = "mailboxes/health/reviews.py"
_BREAKER = "mailboxes/health/breaker.py"
_SETTLING = "tests/integration/test_settling.py"
_MARKS = "tests/integration/test_marks.py"
_BREAKERS = "tests/unit/mailboxes/test_breaker.py"
_MAILBOXES = "tests/integration/test_mailboxes.py"
_BULK = "tests/integration/test_bulk_settling.py"
_RETRIES = "tests/integration/test_retries.py"
_RACES = "tests/integration/test_breaker_races.py"

_IS_UNKNOWN = always("#state = :unknown")
_FOUND = Change(
    _MESSAGES,
    '"reason", "by_state_pk", "by_state_sk"],\n            ),\n            "#state = :unknown"',
    f'"reason", "by_state_pk", "by_state_sk"],\n            ),\n            "{_IS_UNKNOWN}"',
)
_NOT_SENT = Change(
    _MESSAGES,
    '=["by_state_pk", "by_state_sk"],\n            ),\n            "#state = :unknown"',
    f'=["by_state_pk", "by_state_sk"],\n            ),\n            "{_IS_UNKNOWN}"',
)

MUTATIONS = [
    Mutation(
        "message settled as not sent though it is known to be sent",
        (f"{_SETTLING}::TestByPerson::test_loses_to_what_is_heard_at_the_same_moment",),
        (
            _NOT_SENT,
            Change(
                "campaigns/enrollments/claims.py",
                'f"#version = :seen{in_flight}",',
                'f"attribute_exists(#pk) AND (#version = :seen OR #version <> :seen){in_flight}",',
            ),
        ),
        covered_by="the enrollment that waits for it goes on at its version",
    ),
    Mutation(
        "message settled as not sent whose enrollment has ended",
        (f"{_SETTLING}::TestRaces::test_of_one_whose_enrollment_ended_settle_once",),
        (_NOT_SENT,),
    ),
    Mutation(
        "message found to be sent twice",
        (f"{_SETTLING}::TestRaces::test_of_one_whose_enrollment_ended_settle_once",),
        (_FOUND,),
    ),
    Mutation(
        "step sent again that a person says was not sent, in its old generation",
        (f"{_SETTLING}::TestByPerson::test_not_sent_carries_the_step_out_again",),
        (
            Change(
                "messages/outcomes/unknown.py",
                '"generation": enrollment.generation + 1,',
                '"generation": enrollment.generation,',
            ),
        ),
    ),
    Mutation(
        "bulk settlement that does not know again what it has settled",
        (f"{_BULK}::TestRepeating::test_after_a_crash_anywhere_settles_the_same_once",),
        (
            Change(
                "messages/outcomes/settlement.py",
                "if self.messages.settled_in(found) == call:",
                "if self.messages.settled_in(found) == call and not found.id:",
            ),
        ),
    ),
    Mutation(
        "bulk settlement that chooses anew after a crash",
        (f"{_BULK}::TestRepeating::test_after_a_crash_anywhere_settles_the_same_once",),
        (
            Change(
                "messages/outcomes/settlement.py",
                "chosen = self.caller.begin_with(self._chosen(request))",
                "self.caller.begin_with({})\n        chosen = self._chosen(request)",
            ),
        ),
    ),
    Mutation(
        "retry in the old generation",
        (f"{_RETRIES}::TestRetry::test_goes_on_at_the_step_that_failed",),
        (
            Change(
                "campaigns/enrollments/retry_failed.py",
                '"generation": before.generation + 1,',
                '"generation": before.generation,',
            ),
        ),
    ),
    Mutation(
        "retry of what failed after it was asked for",
        (f"{_RETRIES}::TestRetryOfMany::test_leaves_alone_what_failed_again_meanwhile",),
        (
            Change(
                "campaigns/enrollments/retry_failed.py",
                "and each.updated_at <= job.asked_at",
                "and each.updated_at",
            ),
        ),
    ),
    Mutation(
        "mark made twice",
        (f"{_MARKS}::TestMarks::test_are_made_once_in_any_order",),
        (
            Change(
                _MESSAGES,
                "AND attribute_not_exists(#{time})",
                "AND (attribute_not_exists(#{time}) OR attribute_exists(#{time}))",
            ),
        ),
    ),
    Mutation(
        "mark of a message that is gone",
        (f"{_MARKS}::TestMarks::test_of_a_message_that_is_gone_change_nothing",),
        (
            Change(
                _MESSAGES,
                'f"attribute_exists(#pk) AND attribute_not_exists(#{time})"',
                'f"attribute_not_exists(#{time})"',
            ),
        ),
    ),
    Mutation(
        "breaker without the version of the mailbox",
        (_RACES,),
        (
            Change(
                "mailboxes/repository.py",
                'attribute(events)}, "#version = :seen", seen=before.version',
                'attribute(events)}, "#version = :seen OR #version <> :seen", seen=before.version',
            ),
        ),
    ),
    Mutation(
        "probe that several mails are",
        (_RACES,),
        (
            Change(
                _REVIEWS,
                "except Stale:\n            return False",
                "except Stale:\n            return True",
            ),
        ),
    ),
    Mutation(
        "probe that nobody waits for",
        (f"{_BREAKERS}::TestOpen::test_is_half_open_for_one_mail_at_a_time",),
        (Change(_BREAKER, "clock.to_text(now + PROBE)", "clock.to_text(now)"),),
    ),
    Mutation(
        "breaker that what was on its way opens again",
        (f"{_BREAKERS}::TestOpen::test_what_was_on_its_way_changes_nothing",),
        (
            Change(
                _BREAKER,
                "if not probe:\n            return breaker",
                "if not breaker:\n            return breaker",
            ),
        ),
    ),
    Mutation(
        "breaker that opens at the first refusal",
        (f"{_BREAKERS}::TestOpening::test_after_so_many_in_a_row",),
        (
            Change(
                _BREAKER, "if counted.failures >= _RULES[reason].failures", "if counted.failures"
            ),
        ),
    ),
    Mutation(
        "breaker that counts refusals of any kind together",
        (f"{_BREAKERS}::TestOpening::test_another_reason_counts_anew",),
        (
            Change(
                _BREAKER, "if breaker is None or breaker.reason != reason:", "if breaker is None:"
            ),
        ),
    ),
    Mutation(
        "breaker that waits no longer each time",
        (f"{_BREAKERS}::TestOpen::test_a_probe_that_fails_waits_twice_as_long_up_to_a_limit",),
        (Change(_BREAKER, "2 ** min(self.openings, 16)", "1"),),
    ),
    Mutation(
        "breaker that no accepted mail closes",
        (f"{_RACES}",),
        (Change(_REVIEWS, '.model_copy(update={"breaker": None}), []', ", []"),),
    ),
    Mutation(
        "mailbox sent from though it is failing",
        (
            "tests/unit/mailboxes/test_health.py::TestAssess::test_an_open_breaker_stops_it_and_tells_what_the_provider_says",
        ),
        (
            Change(
                "mailboxes/health/assessment.py",
                "if mailbox.breaker and mailbox.breaker.is_open else []",
                "if mailbox.breaker and not mailbox.id else []",
            ),
        ),
    ),
]
