"""Operational metrics in the CloudWatch embedded metric format (EMF).

The function name is the only dimension, because every other combination of dimension values is
billed as a further metric. Count after the change is committed; `invocations.py` writes the metrics
of an invocation in one line.
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
    """Increment a metric. `kind` is a class such as `not_interested`: it is counted as the separate
    metric `RepliesReceived.not_interested`, so there should be only a few kinds."""
    _metrics().add_metric(f"{metric}.{kind}" if kind else metric, "Count", 1)


def observe_age(seconds: float) -> None:
    """Record how many seconds the oldest due step has been waiting for dispatch."""
    _metrics().add_metric("OldestDueStep", "Seconds", seconds)


def forget() -> None:
    """Discard metrics left over from an invocation that ended before writing them."""
    _metrics().clear_metrics()


def flush() -> None:
    """Write the metrics of the invocation to standard output, if there are any."""
    metrics = _metrics()
    if metrics.metric_set:
        metrics.flush_metrics()
        metrics.clear_metrics()


def _metrics() -> Metrics:
    return _of(os.environ.get("POWERTOOLS_SERVICE_NAME", "outrider"))


@cache
def _of(service: str) -> Metrics:
    return Metrics(namespace=NAMESPACE, service=service)
