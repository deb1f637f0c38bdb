"""Delayed jobs, with SQS message delays. Jobs beyond the longest delay get no message, and messages
may be late or lost: the sweeper finds every overdue delivery."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from outrider.kit import clock
from outrider.kit.aws.sqs import MAX_DELAY_SECONDS, Queue, QueueMessage
from outrider.webhooks.models import Job

SKEW = timedelta(seconds=2)
"""Allowed clock skew between two workers: a job that comes early by no more than this is queued
again."""
_SECOND = timedelta(seconds=1)


def order(job: Job, delay_seconds: int = 0) -> QueueMessage:
    """Return the queue message of a job. Its message group is the workspace (fair queues), so one
    workspace's slow endpoints or many events do not delay those of others."""
    return QueueMessage(job.model_dump(), job.workspace, delay_seconds)


@dataclass(frozen=True, slots=True)
class Timers:
    queue: Queue

    def now(self, job: Job, delay_seconds: int = 0) -> None:
        self.queue.send([order(job, delay_seconds)])

    def at(self, moment: datetime, job: Job) -> None:
        """Queue a job for `moment`, never before it; if it is later than a message can be delayed,
        queue nothing and leave it to the sweeper."""
        seconds = max(0, -((clock.now() - moment) // _SECOND))
        if seconds <= MAX_DELAY_SECONDS:
            self.now(job, seconds)
