"""Benchmark of write conflicts in DynamoDB between concurrent workers.

Ten threads run in the order of a simulated clock, one at a time, so every run is the same. While a
transaction is in progress, other transactions on its items are cancelled, condition checks
included, and single writes are refused. Source:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

import json
import re
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Condition, Thread, get_ident
from typing import Any

from bench import results
from bench.delivered import fresh, launch, people
from outrider.access.models import Caller
from outrider.campaigns.models import StepJob
from outrider.feedback.notices import Notice
from outrider.feedback.wiring import feedback_service
from outrider.messages.wiring import steps
from tests.harness.cloud import Cloud
from tests.harness.stack import environment
from tests.harness.wire import WRITES, written_keys
from tests.integration.feedback import notice
from tests.integration.outreach import a_mailbox

WORKERS, CONTACTS = 10, 200
_CALL, _TRANSACTION, _SEND = 0.005, 0.01, 0.1
"""Seconds of a single DynamoDB call, of a transaction, and of a send by SES."""


@dataclass
class Contention:
    """Simulated clock of the workers, with counts of write `attempts` and of those `refused`, by
    operation."""

    attempts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    _at: dict[int, float] = field(default_factory=dict)
    _held: Counter[tuple[str, str]] = field(default_factory=Counter)
    _turn: Condition = field(default_factory=Condition)

    def run(self, work: Callable[[Any], object], things: list[Any]) -> None:
        """Let the workers call `work` once for each of the things; raise the first failure."""
        left, failed = deque(things), []

        def worker() -> None:
            self.spend(0)
            try:
                while left:
                    work(left.popleft())
            except BaseException as failure:  # raised again by who waits for the workers
                failed.append(failure)
            finally:
                with self._turn:
                    self.seconds = max(self.seconds, self._at.pop(get_ident()))
                    self._turn.notify_all()

        threads = [Thread(target=worker) for _ in range(WORKERS)]
        with self._turn:
            for number, thread in enumerate(threads):
                thread.start()
                assert thread.ident
                self._at[thread.ident] = number / 1_000
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]

    def spend(self, seconds: float) -> None:
        """Advance the calling worker's time, and let workers that are behind it run first."""
        me = get_ident()
        with self._turn:
            if me not in self._at:
                return
            self._at[me] += seconds
            self._turn.notify_all()
            self._turn.wait_for(lambda: me == min(self._at, key=lambda each: self._at[each]))

    def look(self, service: str, operation: str) -> None:
        """Spend the time of a call that writes nothing."""
        if (service, operation) == ("sesv2", "SendEmail"):
            self.spend(_SEND)
        elif operation not in WRITES:
            self.spend(_CALL)

    def conflicts(self, operation: str, params: dict[str, Any]) -> list[bool] | None:
        """Spend the time of a write. Return None, or for each of its items whether it conflicts."""
        keys = written_keys(operation, params)
        self.attempts[operation] += 1
        met = [bool(self._held[key]) for key in keys]
        if operation == "TransactWriteItems" and not any(met):
            self._held.update(keys)
            self.spend(_TRANSACTION)
            self._held.subtract(keys)
            return None
        if not any(met):
            self.spend(_CALL)
            met = [bool(self._held[key]) for key in keys]
        if not any(met):
            return None
        self.refused[operation] += 1
        places = [sk for (_, sk), each in zip(keys, met, strict=True) if each]
        self.places.update(re.split("[#_]", sk)[0] for sk in places)
        self.spend(_CALL)
        return met


@contextmanager
def contended(cloud: Cloud) -> Iterator[Contention]:
    """Simulate the duration and the conflicts of calls within the block."""
    contention = Contention()
    wire, check = cloud.wire, cloud.wire._check
    conflicts, sleep, chance = wire.conflicts, time.sleep, secrets.randbelow

    def checked(service: str, operation: str, params: dict[str, Any]) -> None:
        check(service, operation, params)
        contention.look(service, operation)

    wire._check = checked
    wire.conflicts = contention.conflicts  # type: ignore[method-assign]
    time.sleep = contention.spend  # type: ignore[assignment]
    secrets.randbelow = Random(1).randrange  # type: ignore[assignment]
    try:
        yield contention
    finally:
        wire._check = check
        del wire.conflicts
        time.sleep, secrets.randbelow = sleep, chance
        assert wire.conflicts == conflicts


def table(cloud: Cloud) -> str:
    """Return the table of refused writes when all workers share one mailbox and one domain."""
    rows = []
    for name, found in measure(cloud).items():
        attempts, refused = sum(found.attempts.values()), sum(found.refused.values())
        rows.append(
            [
                name,
                f"{attempts:,}",
                f"{found.attempts['TransactWriteItems']:,}",
                f"{refused:,}",
                f"{refused / attempts:.1%}",
                f"{CONTACTS / found.seconds:.0f}",
                ", ".join(f"{place} {count}" for place, count in found.places.most_common()) or "-",
            ]
        )
    heads = ["work", "writes tried", "of them transactions", "refused", "share", "a second"]
    return (
        f"{WORKERS} workers at {CONTACTS} mails of one mailbox to one domain, all due at once, and"
        f" at the notices of their delivery. A call takes {_CALL * 1_000:g} ms, a transaction"
        f" {_TRANSACTION * 1_000:g}, SES {_SEND * 1_000:g}:\n\n"
        + results.table([*heads, "items they met at"], rows)
    )


def measure(cloud: Cloud, contacts: int = CONTACTS) -> dict[str, Contention]:
    """Measure the steps of a campaign, and the feedback on their emails, all due at once."""
    with fresh(cloud):
        a_mailbox(cloud.api)
        contact_ids = people(cloud, contacts, domain="harbour-finch.example")
        launch(cloud, contact_ids, 2)
        jobs = _jobs(cloud)
        assert len(jobs) == contacts, f"{len(jobs)} steps are due"
        with environment(cloud.stack.environment("steps_run")), contended(cloud) as sending:
            sending.run(_step, jobs)
        assert len(cloud.mails()) == contacts, f"{len(cloud.mails())} mails went out"
        told = [Notice.of(notice(mail, "Delivery")["detail"]) for mail in cloud.mails()]
        with environment(cloud.stack.environment("feedback_receive")), contended(cloud) as telling:
            telling.run(feedback_service().receive, told)
        return {"steps": sending, "notices of deliveries": telling}


def _jobs(cloud: Cloud) -> list[StepJob]:
    """Return the steps that the first round of the campaign put into the queue."""
    cloud.drain()
    for execution in cloud.executions.running():
        cloud.executions.step(execution, cloud.invoke)
    bodies = [json.loads(message.body) for message in cloud.queue("StepsQueue").messages]
    return [StepJob.model_validate(body) for body in bodies]


def _step(job: StepJob) -> None:
    outcome = steps(Caller.engine(job.workspace), job.campaign_id).run(job)
    assert outcome == "sent", outcome
