"""Clocks of campaigns: when they wake, what a round reserves, and lanes."""

from tests.mutations.mutation import Change, Mutation, always

_RUNS = "campaigns/dispatch/executions.py"
_CAMPAIGNS = "campaigns/repository.py"
_DISPATCH = "campaigns/dispatch/service.py"
_READING = "campaigns/dispatch/due_reader.py"
_RESERVATIONS = "campaigns/dispatch/reservations.py"
_LIMITS = "campaigns/dispatch/daily_limits.py"
_MAILBOXES = "mailboxes/repository.py"
_ROUNDS = "campaigns/dispatch/rounds.py"
_STEPS = "messages/sending/steps.py"

_CLOCK = "tests/integration/test_clock.py"
_WAKING = f"{_CLOCK}::TestWaking"
_FAIRNESS = f"{_CLOCK}::TestFairness"
_RESERVING = "tests/integration/test_reservations.py"
_RUNNING = "tests/integration/test_runs.py"

_WAKE = "if now < wakes_at <= max(at, soon):\n        return None"
_PUT_BACK = "if not self._later(job, seen, enrollment, claimed, place):"
_HELD = "taken += [give_back] if give_back else []"

MUTATIONS = [
    Mutation(
        "mailbox's cap taken though it is used up",
        (f"{_RESERVING}::TestOverlappingRounds::test_keep_the_cap_of_a_mailbox",),
        (
            Change(
                _MAILBOXES,
                '"attribute_not_exists(#used) OR #used <= :most",',
                '"attribute_not_exists(#used) OR #used <= :most OR #used > :most",',
            ),
        ),
    ),
    Mutation(
        "campaign's limit taken though it is used up",
        (f"{_RESERVING}::TestOverlappingRounds::test_keep_the_limits_of_a_campaign",),
        (
            Change(
                _LIMITS,
                '"attribute_not_exists(#used) OR #used <= :most",',
                '"attribute_not_exists(#used) OR #used <= :most OR #used > :most",',
            ),
        ),
    ),
    Mutation(
        "slots of a mailbox planned twice",
        (f"{_RESERVING}::TestOverlappingRounds::test_keep_the_gap_of_a_mailbox",),
        (
            Change(
                _MAILBOXES,
                '"#free_at = :seen" if seen else "attribute_not_exists(#free_at)",',
                '"#free_at = :seen OR #free_at <> :seen" if seen else "",',
            ),
        ),
    ),
    Mutation(
        "units kept of a round that reserved only some",
        (f"{_RESERVING}::TestOverlappingRounds::test_give_back_what_is_not_used",),
        (Change(_RESERVATIONS, _HELD, "taken += []"),),
    ),
    Mutation(
        "units kept of a step that is not sent",
        (f"{_CLOCK}::TestUnits", f"{_RESERVING}::TestSteps"),
        (Change(_STEPS, "if job.units:", "if job.units is job:"),),
    ),
    Mutation(
        "units kept where the queue takes nothing",
        (f"{_RESERVING}::TestQueueing",),
        (Change(_ROUNDS, "for message in failure.unsent:", "for message in failure.unsent[:0]:"),),
    ),
    Mutation(
        "steps that are paused left to their lease",
        (f"{_RESERVING}::TestPausing",),
        (Change(_STEPS, _PUT_BACK, "if False:"),),
    ),
    Mutation(
        "units of steps that are paused given back twice",
        (f"{_RESERVING}::TestPausing",),
        (
            Change(
                "messages/sending/decisions.py", "if not enrollment.waits_for(job):", "if False:"
            ),
        ),
    ),
    Mutation(
        "units kept where the provider takes nothing",
        (f"{_RESERVING}::TestSteps::test_give_back_what_the_provider_does_not_take",),
        (
            Change(
                _STEPS,
                "message, outcome))\n                self._give_back(job)",
                "message, outcome))",
            ),
        ),
    ),
    Mutation(
        "run begun twice",
        (f"{_RUNNING}::TestRuns::test_are_begun_by_one_of_two",),
        (
            Change(
                _CAMPAIGNS,
                'f"#status = :active AND #run = :seen{also}",',
                f'f"#status = :active AND ({always("#run = :seen")}){{also}}",',
            ),
            Change(_CAMPAIGNS, '" AND #wakes_at = :was"', f'" AND ({always("#wakes_at = :was")})"'),
        ),
        covered_by="a run is begun only while the clock wakes when it was read to",
    ),
    Mutation(
        "run begun over a round that is promised",
        (f"{_RUNNING}::TestRuns::test_are_not_begun_over_a_round_that_was_promised_meanwhile",),
        (Change(_CAMPAIGNS, '" AND #wakes_at = :was"', f'" AND ({always("#wakes_at = :was")})"'),),
    ),
    Mutation(
        "round promised for a run that is over",
        (f"{_RUNNING}::TestRuns::test_that_were_replaced_promise_nothing",),
        (
            Change(
                _CAMPAIGNS,
                'f"#status = :active AND #run = :seen{also}",',
                f'f"#status = :active AND ({always("#run = :seen")}){{also}}",',
            ),
        ),
    ),
    Mutation(
        "round promised for a campaign that is paused",
        (f"{_RUNNING}::TestRuns::test_that_were_paused_promise_nothing",),
        (
            Change(
                _CAMPAIGNS,
                'f"#status = :active AND #run = :seen{also}",',
                f'f"({always("#status = :active")}) AND #run = :seen{{also}}",',
            ),
        ),
    ),
    Mutation(
        "round of a run that is over",
        (f"{_RUNNING}::TestRuns::test_that_were_replaced_carry_nothing_out",),
        (Change(_DISPATCH, "if campaign.run != this.run:", "if campaign.run < this.run:"),),
    ),
    Mutation(
        "clock that is never woken",
        (f"{_WAKING}::test_at_once_when_a_limit_is_raised",),
        (Change(_RUNS, _WAKE, "if now < wakes_at:\n        return None"),),
    ),
    Mutation(
        "contact triggered while the clock sleeps",
        ("tests/engine/test_promises.py",),
        (
            Change(
                _RUNS,
                "return Promise(at, self.campaigns.next_run_action(campaign, moment), moment)",
                'return Promise(at, self.campaigns.takes(campaign.id, "active"))',
            ),
        ),
    ),
    Mutation(
        "contacts added while the clock sleeps",
        ("tests/engine/test_promises.py",),
        (
            Change(
                "campaigns/audience/additions.py",
                "            if some:",
                "            if not some:",
            ),
        ),
    ),
    Mutation(
        "clock woken by each change anew",
        (f"{_WAKING}::test_once_for_many",),
        (Change(_RUNS, _WAKE, "if now < wakes_at <= min(at, now):\n        return None"),),
    ),
    Mutation(
        "clock not woken for what held mails wait for",
        (f"{_WAKING}::test_at_once_when_a_mailbox_is_resumed_or_added",),
        (Change(_RUNS, "for campaign_id in held:", "for campaign_id in held[:0]:"),),
    ),
    Mutation(
        "clock not woken by the last end",
        (f"{_CLOCK}::TestCompleting::test_within_seconds_of_an_end_by_a_person",),
        (
            Change(
                _RUNS,
                "if not (left := counts.active + counts.paused):",
                "if (left := counts.active + counts.paused) < 0:",
            ),
        ),
    ),
    Mutation(
        "last end that no replica knows of is overlooked",
        ("tests/integration/test_stale_reads.py::TestCompleting",),
        (Change(_RUNS, "for newest in (False, True):", "for newest in (False,):"),),
    ),
    Mutation(
        "clock that does not look again for what the index does not show",
        (f"{_WAKING}::test_looks_again_for_what_the_index_does_not_show_yet",),
        (
            Change(
                _DISPATCH,
                "moments.append(now + _LOOKS[looks])",
                "moments.append(now + _LONGEST_WAIT)",
            ),
        ),
    ),
    Mutation(
        "lane of a mailbox forgotten by a round",
        (f"{_RESERVING}::TestDeferred",),
        (
            Change(
                _ROUNDS,
                "lane = lane_of(enrollment, step_of(campaign, enrollment, steps))",
                "lane = PLAIN",
            ),
        ),
    ),
    Mutation(
        "steps that lie in the queue queued again",
        (f"{_RESERVING}::TestQueued::test_are_left_alone_until_their_lease_is_over",),
        (Change(_READING, "(QUEUED_LANE, self.now)", "(QUEUED_LANE, self.until)"),),
    ),
    Mutation(
        "leases forgotten that end within a round",
        (f"{_RESERVING}::TestQueued::test_wake_the_clock_when_the_first_lease_is_over",),
        (Change(_READING, "self._read_up[lane] = until", "self._read_up[lane] = self.until"),),
    ),
    Mutation(
        "lanes read whose windows are closed",
        (f"{_FAIRNESS}::test_closed_windows_delay_nobody",),
        (Change(_READING, "if opens <= self.until:", "if opens:"),),
    ),
    Mutation(
        "lanes read beyond what there is room for",
        (
            "tests/integration/test_dispatch.py::TestReading::test_costs_what_it_carries_out_however_many_are_overdue",
        ),
        (
            Change(
                _READING, "if len(self.due) - before == budget:", "if len(self.due) == MAX_STEPS:"
            ),
        ),
    ),
    Mutation(
        "due time moved of what has changed",
        (f"{_RUNNING}::TestDueTimes::test_stay_where_somebody_moved_them_meanwhile",),
        (
            Change(
                "campaigns/enrollments/repository.py",
                '"#version = :seen AND #due_at = :was",',
                '"#version = :seen OR #due_at = :was OR #due_at <> :was",',
            ),
        ),
    ),
    Mutation(
        "campaign completed though somebody came",
        (f"{_RUNNING}::TestCompletion",),
        (
            Change(
                _CAMPAIGNS,
                '*counters.check_unchanged_actions(shards, ("total", "active", "paused"))',
                "",
            ),
        ),
    ),
]
