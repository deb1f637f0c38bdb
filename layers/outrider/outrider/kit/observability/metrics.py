"""What operators watch, as CloudWatch metrics in the embedded metric format (EMF).

The function is the only dimension: each further value of one would be a metric that is billed.
Count after the effect is committed; `invocations.py` writes the metrics of a call in one line.
"""

import os
from functools import cache
from typing import Literal

from aws_lambda_powertools import Metrics

NAMESPACE = "Outrider"

Metric = Literal[
    "MessagesSent",
    "MessagesRefused",
    "OutcomesUnknown",
    "ClaimsLost",
    "ProviderFailures",
    "DeliveriesFailed",
    "RepliesReceived",
    "InboundFailures",
]


def count(metric: Metric, kind: str = "") -> None:
    """Count one more. `kind` is a class such as `not_interested`: it counts as a metric of its own,
    `RepliesReceived.not_interested`, so there may be few."""
    _metrics().add_metric(f"{metric}.{kind}" if kind else metric, "Count", 1)


def observe_age(seconds: float) -> None:
    """Note how long the oldest step that is due has been waiting for its round."""
    _metrics().add_metric("OldestDueStep", "Seconds", seconds)


def forget() -> None:
    """Drop what a call that ended without writing its metrics has left."""
    _metrics().clear_metrics()


def flush() -> None:
    """Write the metrics of the call to standard output, if there are any."""
    metrics = _metrics()
    if metrics.metric_set:
        metrics.flush_metrics()
        metrics.clear_metrics()


def _metrics() -> Metrics:
    return _of(os.environ.get("POWERTOOLS_SERVICE_NAME", "outrider"))


@cache
def _of(service: str) -> Metrics:
    return Metrics(namespace=NAMESPACE, service=service)
