"""Cuts a handler wherever it can be cut, and what comes after once more.

A cut matters only behind a call that changes something: the state before a call is that after the
call before it, and reading changes nothing. So the places are the beginning, and behind each
write. What stood there when the handler died is put aside, and the second delivery begins there.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace

from botocore.exceptions import ClientError

from outrider.kit.aws.dynamodb import StoreFailed
from outrider.kit.aws.sqs import SendFailed
from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.cloud import Cloud
from tests.harness.failures import When, changing

Deliver = Callable[[], object]
Disturbance = AbstractContextManager[object]


@dataclass(frozen=True)
class Scenario:
    """`build` makes everything up to the moment when something is delivered, and gives what
    delivers it, as often as it is called. Between deliveries `minutes` pass; behind the last one
    `hours`, with everything that comes up in them. `finished` checks the outcome once the
    invariants hold, and `survived`, if it is given, the outcome where nobody died: if a worker
    died after it had claimed an email, nobody knows whether that was sent."""

    name: str
    build: Callable[[Cloud], Deliver]
    finished: Callable[[Cloud, Books], None]
    minutes: float = 0
    hours: float = 0.5
    survived: Callable[[Cloud, Books], None] | None = None


def sweep(cloud: Cloud, scenario: Scenario) -> int:
    """Cut the scenario everywhere, singly and in pairs; gives how often it was carried out."""
    deliver = scenario.build(cloud)
    built = cloud.snapshot()
    carried_out = 0
    for first in _places(cloud, deliver):
        cloud.restore(built)
        _cut(cloud, deliver, first)
        cloud.clock.advance(minutes=scenario.minutes)
        cut = cloud.snapshot()
        for second in [None, *_places(cloud, deliver)]:
            cloud.restore(cut)
            if second is not None:
                _cut(cloud, deliver, second)
                cloud.clock.advance(minutes=scenario.minutes)
            deliver()
            cloud.clock.advance(minutes=scenario.minutes)
            deliver()
            _pass(cloud, scenario)
            _check(cloud, scenario, f"cut behind call {first}, then {second}")
            carried_out += 1
    return carried_out


def disturb(cloud: Cloud, scenario: Scenario, disturbed: Callable[[int], Disturbance]) -> int:
    """Disturb the scenario's first delivery at each of its writes in turn, and deliver again as it
    would come again; gives how often it was carried out."""
    deliver = scenario.build(cloud)
    built = cloud.snapshot()
    with cloud.wire.recording() as calls:
        deliver()
    places = changing(calls)
    for number in places:
        cloud.restore(built)
        for disturbance in (disturbed(number), nullcontext(), nullcontext()):
            with disturbance, suppress(StoreFailed, SendFailed, ClientError, ExceptionGroup):
                deliver()
            cloud.clock.advance(minutes=scenario.minutes)
        _pass(cloud, scenario)
        finished = scenario.survived or scenario.finished
        where = f"disturbed at call {number}, {calls[number - 1]}"
        _check(cloud, replace(scenario, finished=finished), where)
    return len(places)


def _pass(cloud: Cloud, scenario: Scenario) -> None:
    """Let time pass, with the checks that start again what stands still."""
    cloud.run(hours=0.1)
    cloud.invoke("campaigns_start", {})
    cloud.invoke("workflows_start", {})
    cloud.run(hours=scenario.hours)


def _cut(cloud: Cloud, deliver: Deliver, place: int) -> None:
    when: When = "after" if place else "before"
    with cloud.wire.crash_at(place or 1, when) as crashed:
        deliver()
    assert crashed(), f"there was no call {place}"


def _places(cloud: Cloud, deliver: Deliver) -> Iterator[int]:
    """The calls behind which a delivery can be cut to a difference; 0 is before the first."""
    before = cloud.snapshot()
    with cloud.wire.recording() as calls:
        deliver()
    cloud.restore(before)
    yield 0
    yield from changing(calls)


def _check(cloud: Cloud, scenario: Scenario, where: str) -> None:
    books = Books(cloud, cloud.api.workspace().id)
    found = list(wrong_at_rest(books))
    for name, queue in cloud.queues().items():
        if "DeadLetters" in name and queue.messages:
            found.append(f"{len(queue.messages)} messages lie in {name}")
    assert not found, f"{where}: {found}"
    try:
        scenario.finished(cloud, books)
    except AssertionError as error:
        raise AssertionError(f"{where}: {error}") from error
