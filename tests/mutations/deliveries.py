"""Deliveries to customers' endpoints: places at the gate, their leases, the breaker."""

from tests.mutations.mutation import Change, Mutation, always

_GATES = "webhooks/endpoints/endpoint_state.py"
_PLACES = "kit/concurrency_slots.py"
_HEALTH = "tests/integration/test_webhook_health.py"
_RACES = "tests/integration/test_webhook_races.py"

MUTATIONS = [
    Mutation(
        "delivery that two workers make",
        (
            "tests/integration/test_webhook_attempts.py::TestDuplicates::test_an_order_is_left_to_the_worker_that_is_at_it",
        ),
        (Change(_PLACES, " AND attribute_not_exists({name})", ""),),
    ),
    Mutation(
        "more requests to an endpoint than its concurrency limit",
        (f"{_HEALTH}::TestAtOnce::test_ten_requests_are_under_way_at_most",),
        (
            Change(
                _PLACES,
                "AND size(#in_flight) < :most",
                f"AND ({always('size(#in_flight) < :most')})",
            ),
        ),
    ),
    Mutation(
        "probe of an endpoint that asked for a pause",
        (f"{_HEALTH}::TestRetryAfter::test_holds_the_probe_that_looked_a_moment_before",),
        (
            Change(
                _GATES,
                '_LET = "(attribute_not_exists(#not_before) OR #not_before <= :now)"',
                '_LET = "(attribute_exists(#pk) OR #not_before <= :now)"',
            ),
        ),
    ),
    Mutation(
        "place given back by a worker whose lease was over",
        (f"{_RACES}::TestStalled",),
        (
            Change(
                _GATES,
                'condition = f"#in_flight.#{delivery_id} = :place"',
                'condition = f"(attribute_exists(#pk) OR #in_flight.#{delivery_id} = :place)"',
            ),
        ),
    ),
    Mutation(
        "attempt that counts for an endpoint that was reset since",
        (f"{_RACES}::TestUnderWay::test_what_was_when_it_was_enabled_or_moved_says_nothing_of_it",),
        (
            Change(
                _GATES,
                'condition += f" AND {unchanged}"',
                'condition += f" AND ({unchanged} OR attribute_exists(#pk))"',
            ),
        ),
    ),
    Mutation(
        "breaker that opens and keeps nobody away",
        (f"{_HEALTH}::TestBreaker::test_opens_after_five_failures_and_then_only_probes_go_out",),
        (
            Change(
                _GATES,
                '_CLOSED = f"#failures < :opens AND {_LET}"',
                '_CLOSED = f"(#failures < :opens OR attribute_exists(#pk)) AND {_LET}"',
            ),
            Change(
                "webhooks/endpoints/breaker.py",
                "return gate.failures >= OPENS_AT",
                "return gate.failures < 0",
            ),
        ),
        covered_by="the worker looks at the breaker before it asks for a place",
    ),
]
