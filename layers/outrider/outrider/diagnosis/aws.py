"""Calls of the checks to AWS."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from outrider.diagnosis.errors import CheckUnanswered
from outrider.kit import clock
from outrider.kit.aws import clients


def ask(call: Callable[..., dict[str, Any]], **params: Any) -> dict[str, Any]:
    """Make one call. Raises CheckUnanswered."""
    try:
        return call(**params)
    except ClientError as error:
        found = error.response["Error"]
        raise CheckUnanswered(found.get("Code", "Unknown"), found.get("Message", "")) from error
    except BotoCoreError as error:
        raise CheckUnanswered(type(error).__name__, str(error)) from error


def pages(
    call: Callable[..., dict[str, Any]], field: str, most: int = 10, **params: Any
) -> Iterator[Any]:
    """Yield what the list `field` of each page has; at most `most` pages. Raises
    CheckUnanswered."""
    for _ in range(most):
        page = ask(call, **params)
        yield from page.get(field) or []
        token = page.get("NextToken")
        if not token:
            return
        params["NextToken"] = token


def statistic(metric: str, of: str, span: timedelta, **dimensions: str) -> float:
    """Return the maximum or sum (`of`) of a metric of Lambda over the last `span`; 0 without
    values. Raises CheckUnanswered."""
    now = clock.now()
    answer = ask(
        clients.client("cloudwatch").get_metric_statistics,
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - span,
        EndTime=now,
        Period=300,
        Statistics=[of],
    )
    values = [float(point[of]) for point in answer.get("Datapoints") or []]
    return (sum(values) if of == "Sum" else max(values)) if values else 0.0
