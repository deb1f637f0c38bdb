"""The claim of a step, what only its holder may write, and what becomes of a claim that is lost."""

from tests.mutations.mutation import Change, Mutation, always

_ENROLLMENTS = "campaigns/enrollments/claims.py"
_DECISIONS = "messages/sending/decisions.py"
_STEPS = "messages/sending/steps.py"
_CLAIMS = "messages/sending/claims.py"

_TESTS = "tests/integration/test_claims.py"
_HOLDERS = "tests/integration/test_late_holders.py"
_PRIVACY = "tests/integration/test_privacy.py"
_TWO = f"{_TESTS}::TestTwoWorkers"
_LATE = f"{_HOLDERS}::TestLateHolder::test_settles_its_message_or_leaves_it"
_LATE_GATE = f"{_HOLDERS}::TestLateHolder::test_leaves_the_enrollment_though_a_gate_has_closed"
_DECIDE = "tests/unit/messages/test_decisions.py"

_ONCE = Change(
    "messages/repository.py",
    'return self.table.put_action(item, "attribute_not_exists(#pk)")',
    "return self.table.put_action(item)",
)
_PUT_ONCE = "the message is put once"


def _without_claim(which: str) -> Change:
    """Let anybody make one of the writes of `_settle_action`: the one of which that is true."""
    claimed = "#sending = :claimed{of_holder}"
    return Change(
        _ENROLLMENTS,
        f'f"{claimed}",',
        f'f"{always(claimed)}" if {which} else f"{claimed}",',
    )


MUTATIONS = [
    Mutation(
        "claim at any version",
        (f"{_TWO}::test_send_one_mail",),
        (
            Change(
                _ENROLLMENTS,
                'f"#version = :seen{in_flight}",',
                'f"attribute_exists(#pk) AND (#version = :seen OR #version <> :seen){in_flight}",',
            ),
        ),
    ),
    Mutation(
        "claim of a step that was put off",
        ("tests/integration/test_put_off.py::test_is_not_sent_by_the_other",),
        (
            Change(
                "campaigns/enrollments/repository.py",
                '{"version": 1} if unclaimable else {}',
                "{}",
            ),
        ),
    ),
    Mutation(
        "change while a message is in flight",
        (f"{_TWO}::test_leave_a_person_waiting_who_stops_it_meanwhile",),
        (
            Change(_ENROLLMENTS, " AND attribute_not_exists(#sending)", ""),
            Change(
                "campaigns/enrollments/service.py",
                'if enrollment.state == "sending":',
                "if not enrollment.state:",
            ),
            Change(
                "campaigns/enrollments/service.py",
                '_require(before, before.state != "sending", "stopped")',
                '_require(before, True, "stopped")',
            ),
        ),
        covered_by="whoever changes it looks at its state first",
    ),
    Mutation(
        "claim without a holder",
        (f"{_TESTS}::TestLostAnswer",),
        (Change(_ENROLLMENTS, '"holder": enrollment.holder,', '"held": enrollment.holder,'),),
    ),
    Mutation(
        "claim of another holder undone",
        (f"{_TESTS}::TestLostAnswer::test_of_undoing_a_claim_leaves_the_next_claim_alone",),
        (
            Change(
                _ENROLLMENTS,
                '" AND #holder = :holder"',
                '" AND (#holder = :holder OR attribute_exists(#pk))"',
            ),
        ),
    ),
    Mutation(
        "advance without the claim",
        (f"{_LATE}[accepted-]",),
        (_without_claim('"previous_at" in set'), _ONCE),
        covered_by=_PUT_ONCE,
    ),
    Mutation(
        "retry without the claim",
        (f"{_LATE}",),
        (_without_claim("attempts"),),
    ),
    Mutation(
        "release without the claim",
        (f"{_LATE_GATE}[paused]", f"{_LATE_GATE}[mailbox]"),
        (_without_claim('"blocked_reason" in set and set["state"] == "active" and not attempts'),),
    ),
    Mutation(
        "pause without the claim",
        (f"{_TWO}::test_find_one_message_lost", _LATE),
        (_without_claim('set["state"] == "paused"'), _ONCE),
        covered_by=_PUT_ONCE,
    ),
    Mutation(
        "end without the claim",
        (f"{_LATE_GATE}[company_replied]",),
        (_without_claim('"exit_reason" in set'),),
    ),
    Mutation(
        "message put over the one that is there",
        (_LATE, f"{_TWO}::test_find_one_message_lost"),
        (
            _ONCE,
            Change(_ENROLLMENTS, 'f"#sending = :claimed', f'f"{always("#sending = :claimed")}'),
        ),
        covered_by="only the holder of the claim advances, pauses or ends",
    ),
    Mutation(
        "claim of a step that has its message",
        (f"{_DECIDE}::TestDecide::test_finds_what_stands_in_the_way",),
        (
            Change(
                _DECISIONS,
                "if message is not None:\n        return Passed(",
                'if message is not None and message.state != "unknown":\n        return Passed(',
            ),
        ),
    ),
    Mutation(
        "claim of another generation's step",
        (f"{_DECIDE}::TestDecide::test_finds_what_stands_in_the_way",),
        (Change(_DECISIONS, " or enrollment.generation != job.generation:", ":"),),
    ),
    Mutation(
        "claim that is lost before its lease is over",
        (f"{_TWO}::test_send_one_mail[sending]", _DECIDE),
        (Change(_DECISIONS, "if held_until > clock.to_text(now):", "if not held_until:"),),
    ),
    Mutation(
        "claim that is held for ever",
        (f"{_TWO}::test_find_one_message_lost",),
        (Change(_DECISIONS, "if held_until > clock.to_text(now):", "if held_until:"),),
    ),
    Mutation(
        "claim that is lost and made again",
        (f"{_TWO}::test_find_one_message_lost",),
        (
            Change(
                _DECISIONS,
                'and enrollment.state == "sending":',
                'and enrollment.state == "waiting":',
            ),
            Change(_ENROLLMENTS, " AND attribute_not_exists(#sending)", ""),
        ),
        covered_by="what is in flight is claimed by nobody",
    ),
    Mutation(
        "release missing where a gate has closed",
        (f"{_TESTS}::TestLook::test_honours_what_was_committed_before_it[campaign]",),
        (Change(_STEPS, "enrollments.table.write(release)", "_ = release"),),
    ),
    Mutation(
        "release missing where the contact is another",
        (f"{_TESTS}::TestLook::test_sends_to_the_address_that_the_contact_has_then",),
        (
            Change(
                _CLAIMS,
                "self._release(ready.enrollment, message)\n            raise Outdated",
                "raise Outdated",
            ),
        ),
    ),
    Mutation(
        "mail sent of which nobody knows what it says",
        (f"{_TESTS}::TestSaid::test_is_known_of_a_message_that_was_lost",),
        (Change(_CLAIMS, "self._store_content(message)\n        except", "pass\n        except"),),
    ),
    Mutation(
        "claim kept though nothing could be said",
        (f"{_TESTS}::TestSaid::test_that_cannot_be_written_is_not_sent",),
        (Change(_CLAIMS, "persistently(lambda: self._release(enrollment, message))\n", "pass\n"),),
    ),
    Mutation(
        "contact noted as written to though nothing could be said",
        (f"{_TESTS}::TestSaid::test_that_cannot_be_written_is_not_sent",),
        (Change(_CLAIMS, "persistently(lambda: self.undo_touch(message))\n", "pass\n"),),
    ),
    Mutation(
        "erasure of what was sent alone",
        (f"{_PRIVACY}::TestWhatWasSaidAndNotSent::test_is_erased",),
        (
            Change(
                "privacy/erasing.py",
                "self.records.messages.erase_content(\n            erasure.contact_ids,",
                "_ = (\n            messages,",
            ),
        ),
    ),
    Mutation(
        "words of a worker that wakes up behind an erasure",
        (f"{_HOLDERS}::TestLateHolder::test_says_and_sends_nothing_behind_an_erasure",),
        (
            Change(
                "messages/repository.py",
                '{"pk": pk, "sk": sk, **said}, "attribute_not_exists(#erased)")',
                '{"pk": pk, "sk": sk, **said})',
            ),
        ),
    ),
    Mutation(
        "erasure of what a worker has not said yet",
        (f"{_HOLDERS}::TestLateHolder::test_says_and_sends_nothing_behind_an_erasure",),
        (
            Change(
                "privacy/erasing.py",
                "yield from (StepJob.of(workspace, each).message_id for each in enrollments)",
                "_ = enrollments",
            ),
        ),
    ),
    Mutation(
        "record tried once",
        (f"{_TESTS}::TestRecord",),
        (Change(_CLAIMS, "for seconds in _WAITS:", "for seconds in _WAITS[:0]:"),),
    ),
    Mutation(
        "late holder that settles nothing",
        (f"{_LATE}[accepted-]",),
        (
            Change(
                _STEPS,
                'self.settling.went_out(lost, sent.provider_id or "", sent.rfc_message_id or "")',
                "pass",
            ),
        ),
    ),
]
