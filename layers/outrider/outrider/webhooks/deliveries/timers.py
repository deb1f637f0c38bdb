"""Jobs that come later: by the queue's own delay, as far as it reaches. A message may be late or
lost, and what is further away has none: the sweeper finds whatever waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from outrider.kit import clock
from outrider.kit.aws.sqs import MAX_DELAY_SECONDS, Queue, QueueMessage
from outrider.webhooks.models import Job

SKEW = timedelta(seconds=2)
"""By so much the clocks of two workers may differ: what comes so little early comes once more."""
_SECOND = timedelta(seconds=1)


def order(job: Job, delay_seconds: int = 0) -> QueueMessage:
    """A job as a message: a workspace whose endpoints take long, or get very much, is no reason
    for another's to wait."""
    return QueueMessage(job.model_dump(), job.workspace, delay_seconds)


@dataclass(frozen=True, slots=True)
class Timers:
    queue: Queue

    def now(self, job: Job, delay_seconds: int = 0) -> None:
        self.queue.send([order(job, delay_seconds)])

    def at(self, moment: datetime, job: Job) -> None:
        """Never before `moment`, and not at all where the sweep comes soon enough."""
        seconds = max(0, -((clock.now() - moment) // _SECOND))
        if seconds <= MAX_DELAY_SECONDS:
            self.now(job, seconds)
