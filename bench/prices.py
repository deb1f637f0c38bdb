"""Prices of AWS in us-east-1, in US dollars, as of November 2026; and the price of an email without
SES, storage and the free tier. For another region or date, change the constants here.

Sources: https://aws.amazon.com/dynamodb/pricing/on-demand/,
https://aws.amazon.com/dynamodb/pricing/provisioned/, https://aws.amazon.com/lambda/pricing/,
https://aws.amazon.com/sqs/pricing/, https://aws.amazon.com/eventbridge/pricing/,
https://aws.amazon.com/step-functions/pricing/, https://aws.amazon.com/cloudwatch/pricing/,
https://aws.amazon.com/kms/pricing/, https://aws.amazon.com/api-gateway/pricing/,
https://aws.amazon.com/ses/pricing/
"""

from dataclasses import dataclass

from bench import results
from bench.billing import Bill
from bench.delivered import Cost
from tests.harness.cloud import Cloud

MILLIONS = 10
ON_DEMAND = (0.625e-6, 0.125e-6)
"""Dollars of a write unit and of a read unit."""
USED = 0.6
PROVISIONED = (0.00065 / 3_600 / USED, 0.00013 / 3_600 / USED)
"""Dollars of a write and of a read, if the share USED of the capacity is used. One unit of capacity
is one write, or one read, per second, billed by the hour."""
INVOCATION, GB_SECOND, REQUEST, EVENT = 0.2e-6, 0.0000133334, 0.4e-6, 1e-6
TRANSITION, GB_OF_LOGS, KEY, KEY_REQUEST = 25e-6, 0.5, 1.0, 3e-6
EMAIL, HTTP_REQUEST, ALARM = 0.1e-3, 1e-6, 0.1
FREE_INVOCATIONS, FREE_REQUESTS, FREE_ALARMS = 1e6, 1e6, 10
"""Invocations of Lambda, requests of SQS, and alarms, that an account has free each month."""

_OF_A_CALL, _OF_A_SEND, _CPU_OF_A_CALL = 0.005, 0.1, 0.002
"""Assumed seconds of a call to DynamoDB and others, of a send by SES, and of CPU time per
response."""
POLLERS, POLL, MONTH = 5, 20, 30 * 86_400
"""Lambda polls an empty queue with five pollers, each for 20 seconds. Source:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""
_KEY_CACHED = 300
"""Seconds for which DynamoDB caches a table's KMS key for each principal that uses it. Source:
https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html"""


_ASSUMED = f"""\
{MILLIONS} million of these mails in a month, in us-east-1, without SES itself, storage and the free
tier. Assumed: DynamoDB and other services answer after {_OF_A_CALL * 1_000:g} ms, SES after
{_OF_A_SEND * 1_000:g}, a function works {_CPU_OF_A_CALL * 1_000:g} ms at each answer, and makes its
calls one after another. Provisioned capacity costs ${PROVISIONED[0] * USED * 1e6:.2f} for a million
writes where it is used fully ($0.00065 for a unit and hour, a write each second); here {USED:.0%}
of it are used, so ${PROVISIONED[0] * 1e6:.2f}; reads a fifth of that.

"""
_OF_SES = f"""

What SES tells EventBridge is counted as free, as what AWS's services tell the default bus; billed
as events of one's own it would be ${MILLIONS * 1e6 * EVENT:,.0f} more."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Fixed properties of the stack: `memory` in GB by function, and the number of queues."""

    memory: dict[str, float]
    queues: int

    @classmethod
    def of(cls, cloud: Cloud) -> "Stack":
        common = cloud.stack.template["Globals"]["Function"]["MemorySize"]
        functions = cloud.stack.functions.values()
        memory = {each.name: each.properties.get("MemorySize", common) / 1024 for each in functions}
        return cls(memory, len(cloud._subscribed))


def seconds(bill: Bill) -> float:
    """Return the assumed duration of a bill's calls, made one after another."""
    sends = bill.calls["sesv2 SendEmail"]
    calls = sum(bill.calls.values())
    return sends * _OF_A_SEND + (calls - sends) * _OF_A_CALL + calls * _CPU_OF_A_CALL


def dollars(cost: Cost, stack: Stack, units: tuple[float, float]) -> dict[str, float]:
    """Return the price of `MILLIONS` million emails in a month, by billed item, at these prices of
    write and read units."""
    mails = MILLIONS * 1_000_000
    gb_seconds = sum(seconds(bill) * stack.memory.get(name, 0) for name, bill in cost.mail.items())
    idle = stack.queues * POLLERS * MONTH / POLL
    keys = cost.users * MONTH / _KEY_CACHED
    return {
        "DynamoDB, writes": mails * cost.write_units * units[0],
        "DynamoDB, reads": mails * cost.read_units * units[1],
        "Lambda": mails * (cost.total("invocations") * INVOCATION + gb_seconds * GB_SECOND),
        "SQS": mails * cost.total("requests") * REQUEST,
        "SQS, pollers of empty queues": idle * REQUEST,
        "EventBridge": mails * cost.total("events") * EVENT,
        "Step Functions": mails * cost.total("transitions") * TRANSITION,
        "CloudWatch logs": mails * cost.total("logs") / 1e9 * GB_OF_LOGS,
        "KMS": KEY + keys * KEY_REQUEST,
    }


def table(busy: Cost, alone: Cost, stack: Stack) -> str:
    """Return the table of prices: on demand, with provisioned capacity, and with records delivered
    one by one."""
    columns = [
        dollars(busy, stack, ON_DEMAND),
        dollars(busy, stack, PROVISIONED),
        dollars(alone, stack, ON_DEMAND),
    ]
    rows = [[name, *(f"{column[name]:,.2f}" for column in columns)] for name in columns[0]]
    rows.append(["together", *(f"{sum(column.values()):,.2f}" for column in columns)])
    heads = [f"{MILLIONS} million mails, $", "on demand", "provisioned", "on demand, one by one"]
    return _ASSUMED + results.table(heads, rows) + _OF_SES
