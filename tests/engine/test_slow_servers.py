"""One workspace's mail server that takes its time delays no other workspace's mail."""

from functools import cache

import pytest

from tests.engine.slow_servers import BATCH, HUNG, LOST, Answer, Figures, answers_after, measure
from tools import templates

STEPS = next(each for each in templates.functions() if each.name == "steps_run")
((QUEUE,),) = ([each for each in STEPS.events if each.kind == "SQS"],)
_, *WORKERS = QUEUE.properties["ScalingConfig"]["MaximumConcurrency"]["Fn::If"]
_, *PLACES = STEPS.properties["Environment"]["Variables"]["SMTP_PLACES"]["Fn::If"]
SIZES = list(zip(WORKERS, map(int, PLACES), strict=True))
BESIDE = [(*SIZES[0], 1), (*SIZES[0], 2), (*SIZES[0], 5), (*SIZES[1], 1)]
"""Workers, places, and how many workspaces have a slow server; two keep both workers of a new
account busy."""
SERVERS = {
    "hangs": answers_after(20, HUNG),
    "swallows its answers": answers_after(20, LOST),
    "takes every mail after 19 s": answers_after(19),
}


def test_is_simulated_as_the_template_has_it() -> None:
    assert QUEUE.properties["BatchSize"] == BATCH
    assert all(places <= workers / 2 for workers, places in SIZES)


@pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS)
@pytest.mark.parametrize(("workers", "places", "others"), BESIDE)
@pytest.mark.parametrize("quiet", [("ses", 0.1), ("smtp", 0.5)], ids=lambda quiet: quiet[0])
def test_delays_nobody_else(
    quiet: tuple[str, float], workers: int, places: int, others: int, server: Answer
) -> None:
    """Neither while breakers open, in the first minute, nor afterwards, whether it is the server of
    one workspace or those of several."""

    alone = _measured(quiet, workers, places, 0, None)

    beside = _measured(quiet, workers, places, others, server)

    assert beside.p95 <= 1.2 * alone.p95
    assert beside.opening <= 1.2 * alone.opening
    assert beside.held == 1


@cache
def _measured(
    quiet: tuple[str, float], workers: int, places: int, others: int, tarpit: Answer | None
) -> Figures:
    return measure(
        workers=workers,
        places=places,
        quiet=quiet,
        tarpit=tarpit,
        others=others,
        mails=150,
        minutes=2,
    )
