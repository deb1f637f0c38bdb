"""Alarms: does a person hear of them, and does one ring now?"""

from dataclasses import dataclass
from typing import Any

from outrider.diagnosis.aws import pages
from outrider.diagnosis.models import Seen, failing, ok, warning, worst
from outrider.kit.aws import clients

_PENDING = "PendingConfirmation"
"""What SNS has in place of the ARN of a subscription that its owner has not confirmed."""
_DEPLOY = "Deploy with AlarmEmail, the address of a person, or AlarmTopicArn, a topic of yours"


@dataclass(frozen=True, slots=True)
class AlarmCheck:
    """Check of the alarms of a stack, by the prefix of their names."""

    prefix: str

    def __call__(self) -> Seen:
        alarms = list(
            pages(
                clients.client("cloudwatch").describe_alarms,
                "MetricAlarms",
                AlarmNamePrefix=self.prefix,
            )
        )
        if not alarms:
            return failing("The stack has no alarms", "Deploy the template again")
        found = [ok(f"{len(alarms)} alarms, none rings")]
        if ringing := [alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"]:
            found.append(warning(f"Ringing: {', '.join(sorted(ringing))}", "See docs/alarms.md"))
        return worst([*found, self._readers(alarms)])

    def _readers(self, alarms: list[dict[str, Any]]) -> Seen:
        topics = {topic for alarm in alarms for topic in alarm.get("AlarmActions") or []}
        if not topics:
            return warning("Nobody is told of alarms: they only show in CloudWatch", _DEPLOY)
        list_ = clients.client("sns").list_subscriptions_by_topic
        subscriptions = [
            each
            for topic in sorted(topics)
            for each in pages(list_, "Subscriptions", TopicArn=topic)
        ]
        confirmed = [each for each in subscriptions if each["SubscriptionArn"] != _PENDING]
        pending = [each["Endpoint"] for each in subscriptions if each not in confirmed]
        if not subscriptions:
            subscribe = f"aws sns subscribe --topic-arn {min(topics)} --protocol email"
            return failing(
                "Nobody subscribes to the topic of the alarms",
                f"{subscribe} --notification-endpoint you@example.com",
            )
        if not confirmed:
            return failing(
                f"No subscription to alarms is confirmed, of {', '.join(pending)}",
                "Open the link in the email of SNS; after three days: subscribe again",
            )
        if pending:
            return warning(
                f"Not confirmed: {', '.join(pending)}", "Open the link in the email of SNS"
            )
        return ok(f"{len(confirmed)} subscribers to alarms")
