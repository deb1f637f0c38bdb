"""Lambda: the quota of concurrent executions, how much of it is used, and how old unpublished
changes are."""

from dataclasses import dataclass
from datetime import timedelta

from outrider.diagnosis.aws import ask, statistic
from outrider.diagnosis.models import Seen, failing, ok, warning, worst
from outrider.kit.aws import clients

_NEAR = 0.8
_NEW_ACCOUNT, _USUAL = 10, 1_000
"""Concurrent executions that a new account may have, and that an account has by default."""
_REQUEST = (
    "Ask AWS for 1,000 concurrent executions: aws service-quotas request-service-quota-increase "
    "--service-code lambda --quota-code L-B99A9384 --desired-value 1000"
)
_DAY = timedelta(days=1)
_LATELY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ConcurrencyCheck:
    """Check of the account's quota against what the template was told (LambdaConcurrency)."""

    assumed: int

    def __call__(self) -> Seen:
        limits = ask(clients.client("lambda").get_account_settings)["AccountLimit"]
        quota, unreserved = (
            int(limits[name]) for name in ("ConcurrentExecutions", "UnreservedConcurrentExecutions")
        )
        seen = f"The account may run {quota:,} functions at once, {unreserved:,} of them unreserved"
        if quota < self.assumed:
            return failing(
                f"{seen}, fewer than LambdaConcurrency={self.assumed}: workers are throttled",
                f"Deploy with LambdaConcurrency={_NEW_ACCOUNT}, or: {_REQUEST}",
            )
        if unreserved < quota / 2:
            return warning(
                f"{seen}: others have reserved most of it",
                "Lower the reserved concurrency of other functions of the account",
            )
        if quota < _USUAL:
            return warning(f"{seen}: campaigns send slowly", _REQUEST)
        if self.assumed < _USUAL:
            return warning(
                f"{seen}, but the stack uses {self.assumed}",
                f"Deploy with LambdaConcurrency={_USUAL}",
            )
        return ok(seen)


def quotas() -> Seen:
    """Check how much of Lambda's quotas the account used in the last day."""
    settings = ask(clients.client("lambda").get_account_settings)
    limits, usage = settings["AccountLimit"], settings["AccountUsage"]
    peak = statistic("ConcurrentExecutions", "Maximum", _DAY)
    throttled = statistic("Throttles", "Sum", _DAY)
    quota, storage = limits["ConcurrentExecutions"], limits["TotalCodeSize"]
    found = [ok(f"At most {peak:,.0f} of {quota:,} concurrent executions in the last day")]
    if throttled:
        found.append(warning(f"{throttled:,.0f} throttled invocations in the last day", _REQUEST))
    if peak >= _NEAR * quota:
        found.append(warning(f"{peak:,.0f} of {quota:,} concurrent executions were used", _REQUEST))
    if usage["TotalCodeSize"] >= _NEAR * storage:
        share = usage["TotalCodeSize"] / storage
        found.append(
            warning(
                f"{share:.0%} of Lambda's code storage is used: a deployment may fail",
                "Delete old versions of layers: aws lambda list-layer-versions --layer-name …",
            )
        )
    return worst(found)


@dataclass(frozen=True, slots=True)
class RelayCheck:
    """Check of the age of changes that the relay publishes (IteratorAge)."""

    function: str

    def __call__(self) -> Seen:
        age = timedelta(
            milliseconds=statistic("IteratorAge", "Maximum", _LATELY, FunctionName=self.function)
        )
        errors = statistic("Errors", "Sum", _LATELY, FunctionName=self.function)
        seen = f"Events were published within {age.total_seconds():,.0f} s in the last 15 minutes"
        mend = "See the lines of its log with the service events_relay"
        if age > timedelta(minutes=15):
            return failing(f"{seen}: webhooks and statistics lag", mend)
        if errors or age > timedelta(minutes=1):
            return warning(f"{seen}; {errors:,.0f} batches failed", mend)
        return ok(seen)
