"""A large import delays no other workspace's events."""

import pytest

from tests.engine import flood
from tests.engine.flood import CHANGE, CREATE, measure
from tools import templates

FUNCTIONS = {each.name: each for each in templates.functions()}
(STREAM,) = (each for each in FUNCTIONS["events_relay"].events if each.name == "Contacts")
_, *LANES = STREAM.properties["ParallelizationFactor"]["Fn::If"]


def workers(name: str) -> list[int]:
    """Of a function, in an account that has room and in one that has not."""
    (queue,) = (each for each in FUNCTIONS[name].events if each.kind == "SQS")
    found: list[int]
    _, *found = queue.properties["ScalingConfig"]["MaximumConcurrency"]["Fn::If"]
    return found


SIZES = list(
    zip(
        LANES,
        workers("imports_run"),
        zip(workers("webhooks_fanout"), workers("webhooks_deliver"), strict=True),
        strict=True,
    )
)


def test_is_simulated_as_the_template_has_it() -> None:
    (fan_out,) = FUNCTIONS["webhooks_fanout"].events
    batch, window = (
        STREAM.properties[name] for name in ("BatchSize", "MaximumBatchingWindowInSeconds")
    )

    assert (batch, window) == (flood.BATCH, flood.WINDOW)
    assert fan_out.properties["BatchSize"] == flood.FAN_OUT_BATCH


@pytest.mark.parametrize("units", [CREATE, CHANGE], ids=["creates", "changes"])
@pytest.mark.parametrize(("lanes", "imports", "queues"), SIZES)
def test_delays_nobody_else(lanes: int, imports: int, queues: tuple[int, int], units: int) -> None:
    """As many imports of one workspace at once as there are workers, all in the shard that the
    quiet workspace's contacts are in too."""
    alone, beside = (
        measure(imports=many, units=units, lanes=lanes, workers=queues, seconds=8)
        for many in (0, imports)
    )

    assert beside.feed <= 1.2 * alone.feed
    assert beside.bus <= 1.2 * alone.bus
    assert beside.webhook <= 1.2 * alone.webhook
    assert beside.rows_a_second > 300
