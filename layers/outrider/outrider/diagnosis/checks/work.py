"""Work that waits for a person: dead letters, and campaigns and workflows whose clocks stopped."""

from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import WorkspaceId
from outrider.diagnosis.aws import ask, pages
from outrider.diagnosis.models import Seen, failing, ok
from outrider.kit import clock, parallel
from outrider.kit.aws import clients
from outrider.kit.aws.dynamodb import Table
from outrider.kit.sweeps.running import overdue

_LATE = timedelta(minutes=15)
"""Three times the interval in which stopped clocks are restarted."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class DeadLetterCheck:
    """Check that the dead-letter queues of the nested stack `messaging` are empty."""

    messaging: str

    def __call__(self) -> Seen:
        resources = pages(
            clients.client("cloudformation").list_stack_resources,
            "StackResourceSummaries",
            StackName=self.messaging,
        )
        queues = {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in resources
            if each["ResourceType"] == "AWS::SQS::Queue"
            and each["LogicalResourceId"].endswith("DeadLetters")
        }
        if not queues:
            return failing("The stack has no dead-letter queues", "Deploy the template again")
        counts = dict(zip(queues, parallel.each(_messages, list(queues.values())), strict=True))
        full = {name: count for name, count in counts.items() if count}
        if not full:
            return ok(f"All {len(queues)} are empty")
        return failing(
            ", ".join(f"{name} has {count:,} messages" for name, count in sorted(full.items())),
            "Find the cause in the log, then redrive each: aws sqs start-message-move-task "
            "--source-arn <the queue's ARN>, or for UndeliveredDeadLetters: make redeliver; see "
            "docs/alarms.md#redriving-a-dead-letter-queue",
        )


def _messages(url: str) -> int:
    name = "ApproximateNumberOfMessages"
    queue = ask(clients.client("sqs").get_queue_attributes, QueueUrl=url, AttributeNames=[name])
    return int(queue["Attributes"][name])


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """Check that no running campaign or workflow, of any workspace, has a clock that stopped."""

    table: Table
    restart: str
    """Logical id of the function that restarts stopped clocks."""

    def __call__(self) -> Seen:
        before = clock.to_text(clock.now() - _LATE)
        late = [
            (WorkspaceId(item["pk"]).public, item["sk"]) for item in overdue(self.table, before)
        ]
        if not late:
            return ok("All that run make progress")
        shown = ", ".join(f"{sk} of {workspace}" for workspace, sk in late[:_SHOWN])
        return failing(
            f"{len(late):,} should have gone on {_LATE.seconds // 60} minutes ago: {shown}",
            f"A schedule restarts them every 5 minutes by {self.restart}: see its log",
        )
