"""The core rules whose mutants `make mutants` generates, each with the tests that must notice."""

from dataclasses import dataclass

LEAST_KILLED = 0.9
"""The share of a rule's mutants that its tests must kill."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`modules` of the library, and `tests` as pytest names them, fast ones first."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


RULES = {
    "planner": Rule(
        ("outrider.campaigns.dispatch.planner",),
        ("tests/unit/campaigns/test_slots.py", "tests/unit/campaigns/test_planner.py"),
    ),
    "gates": Rule(("outrider.messages.sending.gates",), ("tests/unit/messages/test_gates.py",)),
    "ledger": Rule(
        ("outrider.credits.repository", "outrider.credits.service", "outrider.credits.models"),
        (
            "tests/integration/test_credits.py",
            "tests/integration/test_credit_sweep.py",
            "tests/integration/test_account.py",
            "tests/properties/test_billing.py",
            "tests/properties/test_credits.py",
        ),
    ),
    "meter": Rule(
        ("outrider.access.meter",),
        (
            "tests/integration/test_rate_limit.py",
            "tests/integration/test_every_route.py::TestRefusedKeys",
            "tests/integration/test_api_keys.py",
            "tests/integration/test_resilience.py",
            "tests/properties/test_meter.py",
        ),
    ),
    "signing": Rule(
        ("outrider.webhooks.deliveries.signing",),
        ("tests/unit/webhooks/test_signing.py", "tests/unit/webhooks/test_sender.py"),
    ),
    "address guard": Rule(
        ("outrider.kit.outbound.networks", "outrider.kit.outbound.targets"),
        ("tests/unit/kit/test_outbound.py",),
    ),
}
