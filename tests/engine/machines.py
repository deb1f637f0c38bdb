"""How the state machines of Hypothesis are run."""

from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.engine.world import World


def run_machine(
    machine: type[RuleBasedStateMachine], world: World, examples: int, steps: int, *phases: Phase
) -> None:
    """Run so many examples of so many steps of a machine in a world, the same ones each time."""
    run_state_machine_as_test(
        type(machine.__name__, (machine,), {"world": world}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            database=None,
            phases=phases,
        ),
    )
