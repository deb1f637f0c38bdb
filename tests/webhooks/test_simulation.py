"""Ten thousand deliveries to twenty endpoints that are down for up to eighty hours, each in its
way: all arrive, none is early, none too many at once, and what waited is out in a quarter of an
hour."""

import itertools
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from outrider.kit.clock import from_text
from outrider.kit.outbound.connections import OutboundFailed
from outrider.kit.outbound.exchanges import HttpResponse
from outrider.webhooks.deliveries.retry_schedule import _DELAYS
from tests.webhooks.simulation import START, TABLE, Endpoint, World

EACH = 500
DOWN_HOURS = (0, 0.02, 0.1, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80)
DOWN_FROM = START + timedelta(minutes=30)
AFTER = timedelta(hours=1)
END = START + timedelta(hours=84)
QUARTER = timedelta(minutes=15)
WAYS = ("refuses", "hangs", "fails", "asks for seconds", "asks for a date")


@dataclass
class Outage:
    """Down from `DOWN_FROM` until `back`, in its `way`."""

    way: str
    back: datetime
    chance: random.Random

    def __call__(self, now: datetime, event_id: str) -> tuple[float, HttpResponse | OutboundFailed]:
        if not DOWN_FROM <= now < self.back:
            return self.chance.uniform(0.02, 2.5), HttpResponse(200, b"ok")
        match self.way:
            case "refuses":
                return 0.01, OutboundFailed("connect", "The host accepts no connection")
            case "hangs":
                return 15, OutboundFailed("timeout", "The answer was not complete in time")
            case "fails":
                return self.chance.uniform(0.02, 1), HttpResponse(500, b"oops")
            case "asks for seconds":
                return 0.2, HttpResponse(
                    503, b"", {"retry-after": str(self.chance.randrange(30, 1_200))}
                )
            case _:
                until = now + timedelta(minutes=self.chance.uniform(1, 90))
                return 0.2, HttpResponse(
                    429, b"", {"retry-after": format_datetime(until, usegmt=True)}
                )


@dataclass
class Poisoned:
    """Takes most; some events only when they come for the so-many-eth time."""

    refusals: dict[str, int]
    chance: random.Random

    def __call__(self, now: datetime, event_id: str) -> tuple[float, HttpResponse | OutboundFailed]:
        left = self.refusals.get(event_id, 0)
        self.refusals[event_id] = left - 1
        return 0.1, HttpResponse(500 if left > 0 else 200, b"")


@dataclass
class Seen:
    world: World
    outages: list[tuple[Endpoint, Outage]]
    poisoned: Endpoint


@pytest.fixture(scope="module")
def seen() -> Seen:
    chance = random.Random(7)
    world = World()
    outages = []
    for number, hours in enumerate(DOWN_HOURS):
        outage = Outage(
            WAYS[number % len(WAYS)], DOWN_FROM + timedelta(hours=hours), random.Random(number)
        )
        endpoint = world.register(outage)
        outages.append((endpoint, outage))
        _tell(world, endpoint, outage.back + AFTER, chance)
    behaviour = Poisoned({}, random.Random(99))
    poisoned = world.register(behaviour)
    _tell(world, poisoned, START + timedelta(hours=20), chance)
    for event_id in list(poisoned.events)[::50]:
        behaviour.refusals[event_id] = chance.randrange(1, 11)
    world.run(END)
    return Seen(world, outages, poisoned)


def _tell(world: World, endpoint: Endpoint, until: datetime, chance: random.Random) -> None:
    """Most over the whole time, a hundred at one moment."""
    span = until - START
    for _ in range(EACH - 100):
        world.tell(endpoint, START + chance.random() * span)
    burst = START + chance.random() * span
    for _ in range(100):
        world.tell(endpoint, burst)


@pytest.mark.xdist_group("ten thousand deliveries")
class TestTenThousand:
    def test_all_arrive(self, seen: Seen) -> None:
        endpoints = [*(endpoint for endpoint, _ in seen.outages), seen.poisoned]

        assert sum(len(endpoint.events) for endpoint in endpoints) == 10_000
        missing = {each.url: len(each.events.keys() - each.taken_at()) for each in endpoints}
        assert set(missing.values()) == {0}, missing

    def test_never_more_than_ten_at_once(self, seen: Seen) -> None:
        most = [endpoint.most_under_way for endpoint, _ in seen.outages]

        assert max(most) == 10

    def test_none_comes_before_the_endpoint_wants_it(self, seen: Seen) -> None:
        asked = 0
        for endpoint, outage in seen.outages:
            for request in endpoint.requests:
                until = _asked_for(request.answer, request.ended)
                if until is None:
                    continue
                asked += 1
                early = [
                    other for other in endpoint.requests if request.ended < other.began < until
                ]
                assert early == [], f"{outage.way}: asked for {until}"

        assert asked > 100

    def test_what_waited_is_out_within_a_quarter_of_an_hour(self, seen: Seen) -> None:
        for endpoint, outage in seen.outages:
            asked = [_asked_for(each.answer, each.ended) for each in endpoint.requests]
            deadline = max([outage.back, *(until for until in asked if until)]) + QUARTER
            arrived = endpoint.taken_at()
            late = [
                arrived[event_id] - outage.back
                for event_id, told in endpoint.events.items()
                if told < outage.back and arrived[event_id] > deadline
            ]
            assert late == [], f"down {outage.back - DOWN_FROM}, {outage.way}: {max(late)}"

    def test_waiting_costs_nothing(self, seen: Seen) -> None:
        """While the endpoint is down it gets a probe now and then, not each delivery its tries."""
        for endpoint, outage in seen.outages:
            down = [each for each in endpoint.requests if DOWN_FROM <= each.began < outage.back]
            minutes = (outage.back - DOWN_FROM) / timedelta(minutes=1)
            assert len(down) <= 25 + minutes / 6

    def test_messages_do_not_multiply(self, seen: Seen) -> None:
        """Retries, looks for a place, what was parked and handed out again, all probes and pumps
        included."""
        assert seen.world.jobs["attempt"] < 2 * 10_000
        assert seen.world.jobs["probe"] < 5_000
        assert seen.world.jobs["pump"] < 1_000

    def test_attempts_wait_as_planned_give_or_take_a_fifth(self, seen: Seen) -> None:
        """Of events that one endpoint refuses while it takes others."""
        rows = seen.world.rows(seen.poisoned)
        attempts: dict[str, list[dict[str, str]]] = {}
        for row in sorted((row for row in rows if "#" in row["sk"]), key=lambda row: row["sk"]):
            attempts.setdefault(row["event_id"], []).append(row)
        waits = [
            (_DELAYS[number], (from_text(later["at"]) - from_text(earlier["at"])).total_seconds())
            for made in attempts.values()
            if all(row["kind"] == "scheduled" for row in made)
            for number, (earlier, later) in enumerate(itertools.pairwise(made))
        ]

        assert len(waits) > 30
        off = [(plan, wait) for plan, wait in waits if not plan * 0.8 <= wait <= plan * 1.2 + 2]
        assert off == []

    def test_the_log_has_each_request(self, seen: Seen) -> None:
        for endpoint in seen.world.endpoints.values():
            rows = seen.world.rows(endpoint)
            logged = [row for row in rows if "#" in row["sk"]]
            made = [row for row in rows if "#" not in row["sk"]]
            assert len(logged) == len(endpoint.requests) == sum(each["attempts"] for each in made)
            assert {each["state"] for each in made} == {"delivered"}


def _asked_for(answer: HttpResponse | OutboundFailed, ended: datetime) -> datetime | None:
    """When the endpoint wants the next one."""
    if not isinstance(answer, HttpResponse) or "retry-after" not in answer.headers:
        return None
    text = answer.headers["retry-after"]
    if text.isdigit():
        return ended + timedelta(seconds=int(text))
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=ended.tzinfo)


class TestLostMessages:
    def test_the_sweeper_finds_what_nothing_brings(self) -> None:
        """One in ten messages never comes: attempts, probes and pumps."""
        chance = random.Random(11)
        world = World()
        world.lost = lambda job: chance.random() < 0.1
        back = DOWN_FROM + timedelta(hours=3)
        endpoint = world.register(Outage("fails", back, random.Random(1)))
        for _ in range(300):
            world.tell(endpoint, START + chance.random() * (back - START))

        world.run(back + timedelta(hours=2))

        arrived = endpoint.taken_at()
        assert arrived.keys() == endpoint.events.keys()
        assert max(arrived.values()) < back + timedelta(hours=1)


class TestTrouble:
    def test_of_the_store_loses_nothing(self) -> None:
        """One call in fifty finds no capacity, and the index is two minutes behind the table."""
        chance = random.Random(13)
        world = World()
        world.store.tables[TABLE].behind_ms = 120_000
        back = DOWN_FROM + timedelta(hours=3)
        endpoint = world.register(Outage("fails", back, random.Random(1)))
        world.store.fails = lambda: chance.random() < 0.02
        for _ in range(300):
            world.tell(endpoint, START + chance.random() * (back - START))

        world.run(back + timedelta(hours=2))

        arrived = endpoint.taken_at()
        assert arrived.keys() == endpoint.events.keys()
        assert max(arrived.values()) < back + timedelta(hours=1)
        assert endpoint.most_under_way <= 10
