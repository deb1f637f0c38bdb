"""The steps' workers by a simulated clock, while the mail server of one workspace takes its time.

The queue gives out messages as SQS says that its fair queues do; places, breaker, judge and the
waits of a job that found no place are the product's own, with DynamoDB in memory. What a step reads
and writes beside them is time alone.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
"""

import heapq
import math
import secrets
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar
from unittest.mock import patch

from outrider.access.models import Caller, WorkspaceId
from outrider.kit import clock, ids
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb import Table
from outrider.mailboxes.health.reviews import HealthReviews
from outrider.mailboxes.models import Mailbox, SmtpServer
from outrider.mailboxes.repository import MailboxRepository
from outrider.mailboxes.smtp_slots import Places
from outrider.messages.models import Message
from outrider.messages.sending.steps import _WAITS as WAITS
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.judged import Judged
from tests.harness.contention import START, Clock
from tests.harness.memory import Memory, MemoryTable
from tests.unit.messages.test_ses import MESSAGE

READ, WRITE = 0.02, 0.02
"""Seconds that a step reads before it is begun, and writes before and after it is sent."""
POLL, LONGEST_POLL = 0.02, 0.1
"""Seconds after which an empty queue is polled again."""
_NOISY_SHARE, _NOISY_MESSAGES = 0.10, 30
_RECENT = 60.0
"""Seconds: of how long ago the shares of working time are, which AWS calls recent."""
_ROUND = 15.0
BATCH = 2
"""As template.yaml has a worker take at once."""
Answer = Callable[[float], tuple[float, SendOutcome]]
"""After how many seconds a server that is asked at a moment answers, and what."""

ACCEPTED = SendOutcome("accepted")
HUNG = SendOutcome(
    "not_accepted", "timeout: The answer was not complete in time", scope="connection"
)
LOST = SendOutcome("unknown", "timeout: The answer was not complete in time")


def answers_after(seconds: float, outcome: SendOutcome = ACCEPTED) -> Answer:
    return lambda at: (seconds, outcome)


@dataclass(frozen=True, slots=True)
class Job:
    number: int
    workspace: WorkspaceId
    mailbox_id: str
    due: float
    waits: int = 0


class Queued(Protocol):
    @property
    def workspace(self) -> str: ...


QueuedT = TypeVar("QueuedT", bound=Queued)


@dataclass(slots=True)
class FairQueue(Generic[QueuedT]):
    """`fair`: else the oldest message comes first, whosever it is."""

    time: Clock
    fair: bool
    coming: list[tuple[float, int, QueuedT]] = field(default_factory=list)
    ready: dict[str, deque[tuple[float, int, QueuedT]]] = field(default_factory=dict)
    under_way: Counter[str] = field(default_factory=Counter)
    _worked: deque[tuple[float, str, int]] = field(default_factory=deque)
    _of_time: Counter[str] = field(default_factory=Counter)
    _sent: int = 0

    def send(self, job: QueuedT, at: float) -> None:
        self._sent += 1
        heapq.heappush(self.coming, (at, self._sent, job))

    def receive(self, limit: int) -> list[QueuedT]:
        now = self.time.ms / 1000
        while self.coming and self.coming[0][0] <= now:
            came = heapq.heappop(self.coming)
            self.ready.setdefault(came[2].workspace, deque()).append(came)
        given: list[QueuedT] = []
        while len(given) < limit and any(self.ready.values()):
            noisy = self._noisy(now) if self.fair else set[str]()
            first = min(
                (each for each in self.ready if self.ready[each]),
                key=lambda each: (
                    self.under_way[each] if each in noisy else -1,
                    self.ready[each][0][:2],
                ),
            )
            given.append(self.ready[first].popleft()[2])
            self.under_way[first] += 1
        return given

    def next_in(self) -> float:
        """Seconds until a message comes that is known now."""
        return self.coming[0][0] - self.time.ms / 1000 if self.coming else POLL

    def done(self, job: QueuedT, seconds: float) -> None:
        self.under_way[job.workspace] -= 1
        ms = math.ceil(seconds * 1000)
        self._worked.append((self.time.ms / 1000, job.workspace, ms))
        self._of_time[job.workspace] += ms

    def _noisy(self, now: float) -> set[str]:
        while self._worked and self._worked[0][0] < now - _RECENT:
            _, workspace, ms = self._worked.popleft()
            self._of_time[workspace] -= ms
        worked = self._of_time
        of_time = {each for each in worked if worked[each] > _NOISY_SHARE * worked.total()}
        many = {
            each
            for each, count in self.under_way.items()
            if count >= _NOISY_MESSAGES and count > _NOISY_SHARE * self.under_way.total()
        }
        return of_time | many


class World:
    def __init__(self, workers: int, places: int, *, fair: bool = True) -> None:
        self.time = Clock()
        self.store = Memory(campaigns=MemoryTable())
        self.queue = FairQueue[Job](self.time, fair)
        self.delays: dict[WorkspaceId, list[tuple[float, float]]] = {}
        """Of each workspace's mails that were sent: when they were due, and how long it took."""
        self.held: Counter[str] = Counter()
        """Sessions that each workspace has, and at most had, at once."""
        self.most_held: Counter[str] = Counter()
        self._workers, self._places = workers, places
        self._answers: dict[str, Answer] = {}
        self._mailboxes: dict[str, WorkspaceId] = {}
        self._lanes: dict[str, deque[Job]] = {}
        self._jobs = 0

    def workspace(self) -> WorkspaceId:
        workspace = WorkspaceId(ids.derived("wsp", str(len(self.delays))))
        self.delays[workspace] = []
        return workspace

    def mailbox(self, workspace: WorkspaceId, kind: str, answer: Answer) -> str:
        mailbox_id = ids.derived("mbx", str(len(self._mailboxes)))
        server = SmtpServer(
            host="mail.example", port=465, security="ssl", username="u", locked_password=b"x"
        )
        mailbox = Mailbox(
            id=mailbox_id,
            email=f"{mailbox_id}@mail.example",
            kind="smtp" if kind == "smtp" else "ses",
            smtp=server if kind == "smtp" else None,
            daily_cap=10_000,
            min_gap_seconds=0,
            verified_by="first",
            warmed=True,
            created_at=clock.to_text(START),
            updated_at=clock.to_text(START),
        )
        with self._held_still():
            table = Table("campaigns")
            table.write(
                table.put_action(
                    {**mailbox.model_dump(exclude_none=True), "pk": workspace, "sk": mailbox_id}
                )
            )
        self._answers[mailbox_id], self._mailboxes[mailbox_id] = answer, workspace
        self._lanes[mailbox_id] = deque()
        return mailbox_id

    def mail(self, mailbox_id: str, due: float) -> None:
        """A round has queued it, as long before as SQS delays by whole seconds."""
        self._jobs += 1
        job = Job(self._jobs, self._mailboxes[mailbox_id], mailbox_id, due)
        self.queue.send(job, math.ceil(due))

    def run(self, seconds: float) -> None:
        with self._held_still():
            self.time.run(
                lambda: self._rounds(seconds),
                *(lambda: self._work(seconds) for _ in range(self._workers)),
            )

    # A worker

    def _work(self, end: float) -> None:
        while self._now < end:
            batch = deque(self.queue.receive(BATCH))
            if not batch:
                self.time.sleep(min(max(self.queue.next_in(), POLL), LONGEST_POLL))
            while batch:
                job, began = batch.popleft(), self._now
                self._carry_out(job, batch)
                self.queue.done(job, self._now - began)

    def _carry_out(self, job: Job, batch: deque[Job]) -> None:
        self.time.sleep(READ)
        repository = MailboxRepository(Table("campaigns"), job.workspace)
        mailbox = repository.get(job.mailbox_id)
        assert mailbox is not None
        if not mailbox.can_send:
            self._lanes[mailbox.id].append(job)
            return
        message = MESSAGE.model_copy(update={"id": f"msg_{job.number}"})
        places = Places(Table("campaigns"), job.workspace, self._places)
        with places.held(mailbox, message.id) as free:
            if not free:
                self._wait(job)
                return
            if mailbox.kind == "smtp" and self._places < self._workers:
                self._leave_others(job, batch)
            self.time.sleep(WRITE)
            reviews = HealthReviews(Caller.engine(job.workspace), repository)
            outcome = Judged(self, reviews).send(message, mailbox, b"")
        self.time.sleep(WRITE)
        if outcome.kind == "accepted":
            self.delays[job.workspace].append((job.due, self._now - job.due))
        elif outcome.kind == "not_accepted":
            self.queue.send(job, self._now + 30 + secrets.randbelow(60))

    def send(
        self, message: Message, mailbox: Mailbox, mime: bytes, may_send: Callable[[], bool] = bool
    ) -> SendOutcome:
        """The provider, as a transport."""
        workspace = self._mailboxes[mailbox.id]
        seconds, outcome = self._answers[mailbox.id](self._now)
        self.held[workspace] += 1
        self.most_held[workspace] = max(self.most_held[workspace], self.held[workspace])
        self.time.sleep(seconds)
        self.held[workspace] -= 1
        return outcome

    def _wait(self, job: Job) -> None:
        if job.waits < len(WAITS):
            seconds = WAITS[job.waits] + secrets.randbelow(WAITS[job.waits])
            again = Job(job.number, job.workspace, job.mailbox_id, job.due, job.waits + 1)
            self.queue.send(again, self._now + seconds)
        else:
            self._lanes[job.mailbox_id].append(job)

    def _leave_others(self, job: Job, batch: deque[Job]) -> None:
        for other in [each for each in batch if each.workspace != job.workspace]:
            batch.remove(other)
            self.queue.done(other, 0)
            self.queue.send(other, self._now)

    # The clocks of campaigns

    def _rounds(self, end: float) -> None:
        """What waits for its mailbox is queued again, one mail alone where it is to be a probe."""
        while self._now < end:
            for mailbox_id, lane in self._lanes.items():
                mailbox = MailboxRepository(Table("campaigns"), self._mailboxes[mailbox_id]).get(
                    mailbox_id
                )
                if lane and mailbox and mailbox.can_send:
                    for _ in range(1 if mailbox.is_half_open else len(lane)):
                        waited = lane.popleft()
                        fresh = Job(waited.number, waited.workspace, mailbox_id, waited.due)
                        self.queue.send(fresh, self._now)
            self.time.sleep(_ROUND)

    @property
    def _now(self) -> float:
        return self.time.ms / 1000

    @contextmanager
    def _held_still(self) -> Iterator[None]:
        with (
            patch.object(clients, "dynamodb", lambda: self.store),
            patch.object(clock, "now", self.time.moment),
        ):
            yield


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds from due to sent of the quiet workspace's mails: half of them, and 95 of 100, take
    less; `opening` of those that were due in the first minute."""

    p50: float
    p95: float
    opening: float
    held: int
    """Workers that one other workspace kept busy at most."""


def measure(
    *,
    workers: int,
    places: int,
    quiet: tuple[str, float],
    tarpit: Answer | None,
    mails: int = 1_000,
    mailboxes: int = 1,
    minutes: int = 10,
    others: int = 1,
    fair: bool = True,
) -> Figures:
    """`quiet` is the kind of provider and the seconds that it takes; a mail is due each second. In
    each of `others`, workspaces with a `tarpit`, all `mails` are due at once. What was not sent a
    minute after the last was due counts as if it were then."""
    world = World(workers, places, fair=fair)
    calm = world.workspace()
    mailbox = world.mailbox(calm, quiet[0], answers_after(quiet[1]))
    dues = {number + (number * 0.618) % 1 for number in range(minutes * 60)}
    for due in sorted(dues):
        world.mail(mailbox, due)
    for other in [world.workspace() for _ in range(others if tarpit else 0)]:
        assert tarpit
        slow = [world.mailbox(other, "smtp", tarpit) for _ in range(mailboxes)]
        for number in range(mails):
            world.mail(slow[number % mailboxes], 0)
    world.run(minutes * 60 + 60)
    sent = world.delays[calm]
    not_sent = dues - {due for due, _ in sent}
    sent += [(due, minutes * 60 + 60 - due) for due in not_sent]
    return Figures(
        _quantile([took for _, took in sent], 0.5),
        _quantile([took for _, took in sent], 0.95),
        _quantile([took for due, took in sent if due < 60], 0.95),
        max((held for each, held in world.most_held.items() if each != calm), default=0),
    )


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[math.ceil(share * len(values)) - 1]
