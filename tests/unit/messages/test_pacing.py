"""Workers keep to a provider's rate that nobody told them."""

import heapq
import random
from collections.abc import Callable
from threading import Condition, Thread

import pytest

from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.pacing import Paced, SendPace
from tests.unit.messages.test_ses import MAILBOX, MESSAGE


class Simulation:
    """A clock of which one thread at a time runs, always the one that is due first."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int]] = []
        self._running: int | None = None
        self._turn = Condition()

    def run(self, workers: list[Callable[[Callable[[float], None]], None]]) -> None:
        threads = [
            Thread(target=self._work, args=(number, worker), daemon=True)
            for number, worker in enumerate(workers)
        ]
        self._due = [(0.0, number) for number in range(len(workers))]
        for thread in threads:
            thread.start()
        with self._turn:
            self._next()
        for thread in threads:
            thread.join(timeout=30)

    def _work(self, number: int, worker: Callable[[Callable[[float], None]], None]) -> None:
        def sleep(seconds: float) -> None:
            with self._turn:
                heapq.heappush(self._due, (self.now + seconds, number))
                self._next()
                self._turn.wait_for(lambda: self._running == number)

        with self._turn:
            self._turn.wait_for(lambda: self._running == number)
        worker(sleep)
        with self._turn:
            self._next()

    def _next(self) -> None:
        if self._due:
            at, self._running = heapq.heappop(self._due)
            self.now = max(self.now, at)
            self._turn.notify_all()


class Ses:
    """Takes `rate` mails a second, as a token bucket that holds a second's worth."""

    def __init__(self, simulation: Simulation, rate: float) -> None:
        self.simulation, self.rate, self.tokens, self.filled_at = simulation, rate, rate, 0.0
        self.accepted: list[float] = []
        self.refused = 0

    def send(self, message: Message, mailbox: Mailbox, mime: bytes) -> SendOutcome:
        now = self.simulation.now
        self.tokens = min(self.rate, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            self.refused += 1
            return SendOutcome("not_accepted", scope="rate")
        self.tokens -= 1
        self.accepted.append(now)
        return SendOutcome("accepted")


def deliver(mails: int, rate: float, workers: int) -> Ses:
    """Ten workers take mails off a queue, each 0.13 s of work; what is put back comes again."""
    simulation = Simulation()
    ses = Ses(simulation, rate)
    queue = list(range(mails))

    def worker(number: int) -> Callable[[Callable[[float], None]], None]:
        chance = random.Random(number)

        def work(sleep: Callable[[float], None]) -> None:
            paced = Paced(ses, SendPace(lambda: simulation.now, sleep, chance.random))
            while queue:
                mail = queue.pop()
                if paced.send(MESSAGE, MAILBOX, b"").scope == "rate":
                    queue.insert(0, mail)
                sleep(0.13)

        return work

    simulation.run([worker(number) for number in range(workers)])
    return ses


class TestPaced:
    def test_a_thousand_mails_of_a_new_account_are_out_within_three_minutes(self) -> None:
        ses = deliver(1_000, rate=14, workers=10)

        assert len(ses.accepted) == 1_000
        assert max(ses.accepted) <= 180
        assert ses.refused <= 0.05 * (len(ses.accepted) + ses.refused)

    @pytest.mark.parametrize(("rate", "workers"), [(14, 2), (50, 10)])
    def test_an_account_is_used_as_far_as_it_goes(self, rate: float, workers: int) -> None:
        ses = deliver(1_000, rate, workers)

        able = min(rate, workers / 0.13)
        assert max(ses.accepted) <= 1.5 * 1_000 / able
        assert ses.refused <= 0.05 * len(ses.accepted)

    def test_nobody_waits_who_was_not_refused(self) -> None:
        ses = deliver(100, rate=1_000, workers=1)

        assert ses.accepted == pytest.approx([0.13 * number for number in range(100)])

    def test_gives_up_after_some_seconds(self) -> None:
        simulation = Simulation()
        ses = Ses(simulation, rate=0)
        outcomes: list[SendOutcome] = []

        def work(sleep: Callable[[float], None]) -> None:
            pace = SendPace(lambda: simulation.now, sleep, lambda: 1.0)
            outcomes.append(Paced(ses, pace).send(MESSAGE, MAILBOX, b""))

        simulation.run([work])

        assert outcomes[0].scope == "rate"
        assert ses.refused == 4
        assert 5 < simulation.now < 8
