"""EventBridge Scheduler: one message to a queue, at a time further away than the queue's own delay
reaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from outrider.kit import aws, json


@dataclass(frozen=True, slots=True)
class Schedules:
    """Schedules of one group, which put messages into one queue as `role_arn`."""

    group: str
    role_arn: str
    queue_arn: str

    def once(self, name: str, moment: datetime, body: Mapping[str, Any]) -> None:
        """Send `body` at `moment`, to the second and never before. A name of the group that is
        there already stays as it is: it is the same one."""
        whole = moment.replace(microsecond=0)
        at = whole + timedelta(seconds=1) if whole < moment else whole
        try:
            aws.client("scheduler").create_schedule(
                Name=name,
                GroupName=self.group,
                ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
                ScheduleExpressionTimezone="UTC",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target={
                    "Arn": self.queue_arn,
                    "RoleArn": self.role_arn,
                    "Input": json.dumps_text(body),
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConflictException":
                raise
