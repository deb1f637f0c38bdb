"""SQS: batch sends, and per-record error handling of batches received."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit import json
from outrider.kit.aws import clients
from outrider.kit.observability.invocations import keys_of_its_own, workspace_of
from outrider.kit.observability.logs import logger

MAX_DELAY_SECONDS = 900
TURN_MS = 20_000
_BATCH = 10


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """A message to send. `group` is its workspace: SQS fair queues deliver messages of other groups
    first while one group occupies many workers. Source:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    """

    body: Mapping[str, Any]
    group: str
    delay_seconds: int = 0


class SendFailed(Exception):
    """SQS did not accept all messages. `unsent` are those it certainly did not accept; the others
    will be delivered, or may be if SQS did not respond."""

    def __init__(self, unsent: Sequence[QueueMessage]) -> None:
        super().__init__(f"SQS did not accept {len(unsent)} messages")
        self.unsent = unsent


class OutOfTime(Exception):
    """Too little time is left to handle a record, so SQS delivers it again."""


@dataclass(frozen=True, slots=True)
class Queue:
    """An SQS queue, by URL."""

    url: str

    def send(self, messages: Sequence[QueueMessage]) -> None:
        """Send all messages, ten per call. Raises SendFailed if SQS does not accept all of them."""
        for start in range(0, len(messages), _BATCH):
            batch, others = messages[start : start + _BATCH], messages[start + _BATCH :]
            entries = [
                {
                    "Id": str(number),
                    "MessageBody": json.dumps_text(message.body),
                    "DelaySeconds": min(max(message.delay_seconds, 0), MAX_DELAY_SECONDS),
                    "MessageGroupId": message.group,
                }
                for number, message in enumerate(batch)
            ]
            try:
                answer = clients.client("sqs").send_message_batch(
                    QueueUrl=self.url, Entries=entries
                )
            except ClientError as refusal:
                raise SendFailed([*batch, *others]) from refusal
            except BotoCoreError as lost:  # SQS may have accepted the batch
                raise SendFailed(others) from lost
            if refused := answer.get("Failed"):
                raise SendFailed([*(batch[int(each["Id"])] for each in refused), *others])


def time_left(context: Any, least_ms: int) -> Callable[[], bool]:
    """Return a function that returns whether the invocation has more than `least_ms` milliseconds
    left."""
    return lambda: bool(context.get_remaining_time_in_millis() > least_ms)


def turn_left(context: Any, least_ms: int) -> Callable[[], bool]:
    """Return `time_left` for work that another invocation can continue: also False after TURN_MS,
    so that the worker becomes free for other workspaces, which fair queues serve first."""
    began = context.get_remaining_time_in_millis()
    enough_time = time_left(context, least_ms)
    return lambda: enough_time() and began - context.get_remaining_time_in_millis() < TURN_MS


def handle_records(
    event: Mapping[str, Any],
    handle: Callable[[Any], None],
    enough_time: Callable[[], bool] = lambda: True,
) -> dict[str, list[dict[str, str]]]:
    """Handle each SQS record of `event`, and return the partial batch response
    (`ReportBatchItemFailures`).

    SQS delivers again only records that failed, or for which `enough_time` was False.
    """
    # Imported here because only workers need it: it is Powertools' slowest utility to import.
    from aws_lambda_powertools.utilities.batch import (  # noqa: PLC0415
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    def handle_record(record: Any) -> None:
        if not enough_time():
            raise OutOfTime
        with keys_of_its_own():
            logger().append_keys(record_id=record.message_id)
            try:
                message = json.loads(record.body)
                logger().append_keys(workspace=workspace_of(message))
                handle(message)
            except Exception:
                logger().exception("record failed")
                raise

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(dict(event), handle_record, processor)
    if failed := len(processor.fail_messages):
        logger().warning("records will be retried", count=len(event["Records"]), failed=failed)
    return cast("dict[str, list[dict[str, str]]]", answer)
