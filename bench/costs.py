"""Monthly cost of a deployment by its size: the tables of docs/costs.md.

    python -m bench.costs

Units of an email are those that `python -m bench.engine` measured last (RESULTS.md); those of
contacts and requests are measured here, on the test harness. Prices are in `bench/prices.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import prices, results
from bench.billing import Bill, billed
from bench.delivered import A_CONTACT, fresh
from bench.units import size
from outrider.kit.aws.attributes import encode_item
from tests.harness.cloud import Cloud, built
from tools import templates

PAGE = Path(__file__).parents[1] / "docs" / "costs.md"
EMAILS = (1_000, 100_000, 1_000_000, 10_000_000)
CONTACTS = (10, 1_000, 100_000)
REQUESTS = 1_000_000
_BATCH = 100
_ITEM_OVERHEAD = 100
"""Bytes that DynamoDB adds to each item and index entry for its storage. Source:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html"""
_MINUTES = {"minute": 1, "minutes": 1, "hour": 60, "hours": 60}
_ROW = re.compile(r"^\| (.+?) +\| ([\d,.]+) +\| ([\d,.]+) +\| [\d,.]+ +\|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Measured:
    """Usage of a contact that is created and indexed, and of a request that reads one."""

    contact: Bill
    bytes_of_a_contact: float
    request: Bill


# ── While nothing happens ────────────────────────────────────────────────────────────────────────


def idle() -> dict[str, float]:
    """Return the cost of a stack that nobody uses, by billed item, after the free tier."""
    functions = templates.functions()
    queues = sum(event.kind == "SQS" for each in functions for event in each.events)
    polls = queues * prices.POLLERS * prices.MONTH / prices.POLL
    observability = templates.load("infra/observability.yaml")
    alarms = len(templates.resources(observability, "AWS::CloudWatch::Alarm"))
    return {
        f"SQS: Lambda polls {queues} empty queues": _beyond(polls, prices.FREE_REQUESTS)
        * prices.REQUEST,
        f"CloudWatch: {alarms} alarms": _beyond(alarms, prices.FREE_ALARMS) * prices.ALARM,
        "KMS: one key": prices.KEY,
        f"Lambda and Scheduler: {runs():,.0f} scheduled runs": _beyond(
            runs(), prices.FREE_INVOCATIONS
        )
        * prices.INVOCATION,
    }


def runs() -> float:
    """Return how often schedules invoke functions in a month."""
    found = [
        event.properties["ScheduleExpression"]
        for function in templates.functions()
        for event in function.events
        if event.kind == "ScheduleV2"
    ]
    rates = [re.fullmatch(r"rate\((\d+) (\w+)\)", each) for each in found]
    return sum(prices.MONTH / 60 / (int(rate[1]) * _MINUTES[rate[2]]) for rate in rates if rate)


def _beyond(amount: float, free: float) -> float:
    return max(0.0, amount - free)


# ── Emails ───────────────────────────────────────────────────────────────────────────────────────


def of_an_email() -> dict[str, tuple[float, float]]:
    """Return the dollars of one email on demand and with provisioned capacity, by billed item, as
    the engine's benchmark measured it."""
    text = results.RESULTS.read_text(encoding="utf-8")
    rows = {
        name: (_number(demand), _number(provisioned))
        for name, demand, provisioned in _ROW.findall(
            text.partition("mails, $")[2].partition("\n\n")[0]
        )
    }
    emails = prices.MILLIONS * 1_000_000
    fixed = ("SQS, pollers of empty queues", "KMS", "together")
    return {
        name: (demand / emails, provisioned / emails)
        for name, (demand, provisioned) in rows.items()
        if name not in fixed
    }


def by_emails() -> str:
    """Return the table of monthly costs by the number of emails, without the idle cost."""
    units = of_an_email()
    rows = [
        [name, *(_dollars(count * each[0]) for count in EMAILS)] for name, each in units.items()
    ]
    demand, provisioned = (sum(each[place] for each in units.values()) for place in (0, 1))
    rows.append(["together", *(_dollars(count * demand) for count in EMAILS)])
    rows.append(["with provisioned capacity", *(_dollars(count * provisioned) for count in EMAILS)])
    rows.append(["SES itself", *(_dollars(count * prices.EMAIL) for count in EMAILS)])
    return results.table(["$ a month", *(f"{count:,} emails" for count in EMAILS)], rows)


# ── Contacts and requests ────────────────────────────────────────────────────────────────────────


def measure(cloud: Cloud) -> Measured:
    """Measure contacts of 1.5 KB in batches of 100, and as many requests that read one."""
    with fresh(cloud):
        cloud.api.workspace()
        before = _stored(cloud)
        rows = [
            {**A_CONTACT, "email": f"dana{number}@c{number}.example", "first_name": f"Dana{number}"}
            for number in range(_BATCH)
        ]
        with billed(cloud) as creating:
            answer = cloud.api.post("/v1/contacts", {"contacts": rows})
            assert answer.json["counts"]["created"] == _BATCH, answer.text[:500]
            cloud.drain()
        stored = (_stored(cloud) - before) / _BATCH
        contact_id = answer.json["results"][0]["id"]
        with billed(cloud) as reading:
            for _ in range(_BATCH):
                cloud.api.get(f"/v1/contacts/{contact_id}")
            cloud.drain()
    return Measured(_sum(creating.by, 1 / _BATCH), stored, _sum(reading.by, 1 / _BATCH))


def by_contacts(measured: Measured) -> str:
    """Return the table of the cost of creating contacts, and the storage that they need."""
    each = _of_a_bill(measured.contact)
    gigabytes = measured.bytes_of_a_contact / 1e9
    rows = [
        ["creating them once, $", *(_dollars(count * each) for count in CONTACTS)],
        ["storage with indexes, GB", *(f"{count * gigabytes:,.4f}" for count in CONTACTS)],
    ]
    return results.table(["", *(f"{count:,} contacts" for count in CONTACTS)], rows)


def of_requests(measured: Measured) -> str:
    """Return the table of the cost of a million requests that read a contact."""
    bill = measured.request
    rows = [
        ["API Gateway", _dollars(REQUESTS * prices.HTTP_REQUEST)],
        ["DynamoDB", _dollars(REQUESTS * _of_dynamodb(bill))],
        ["Lambda", _dollars(REQUESTS * _of_lambda(bill))],
        ["CloudWatch logs", _dollars(REQUESTS * bill.other["logs"] / 1e9 * prices.GB_OF_LOGS)],
    ]
    return results.table(["", f"{REQUESTS:,} requests, $"], rows)


def _stored(cloud: Cloud) -> float:
    """Return the bytes of all items with their index entries, as DynamoDB bills them."""
    total = 0.0
    for name, table in templates.resources(
        templates.load("infra/data.yaml"), "AWS::DynamoDB::Table"
    ).items():
        for item in cloud.items(name.removesuffix("Table").lower()):
            total += size(encode_item(item)) + _ITEM_OVERHEAD
            for index in table["Properties"].get("GlobalSecondaryIndexes", ()):
                keys = [each["AttributeName"] for each in index["KeySchema"]]
                if all(key in item for key in keys):
                    entry = item
                    if index["Projection"]["ProjectionType"] == "KEYS_ONLY":
                        entry = {key: item[key] for key in {"pk", "sk", *keys}}
                    total += size(encode_item(entry)) + _ITEM_OVERHEAD
    return total


def _of_a_bill(bill: Bill) -> float:
    other = bill.other
    return (
        _of_dynamodb(bill)
        + _of_lambda(bill)
        + other["requests"] * prices.REQUEST
        + other["events"] * prices.EVENT
        + other["logs"] / 1e9 * prices.GB_OF_LOGS
    )


def _of_dynamodb(bill: Bill) -> float:
    return bill.write_units * prices.ON_DEMAND[0] + bill.read_units * prices.ON_DEMAND[1]


def _of_lambda(bill: Bill) -> float:
    gigabytes = int(templates.main()["Globals"]["Function"]["MemorySize"]) / 1024
    seconds: float = prices.seconds(bill) * gigabytes
    return bill.other["invocations"] * prices.INVOCATION + seconds * prices.GB_SECOND


def _sum(bills: Mapping[str, Bill], times: float) -> Bill:
    total = Bill()
    for bill in bills.values():
        total = total.plus(bill, times)
    return total


# ── The page ─────────────────────────────────────────────────────────────────────────────────────


def idle_table() -> str:
    found = idle()
    rows = [[name, _dollars(cost)] for name, cost in found.items()]
    rows.append(["together", _dollars(sum(found.values()))])
    return results.table(["while nothing happens", "$ a month"], rows)


def put_in(page: str, tables: Mapping[str, str]) -> str:
    """Return the page with these tables between their marks."""
    for name, text in tables.items():
        before, mark, others = page.partition(f"<!-- {name} -->\n")
        _, end, after = others.partition("\n<!-- end -->")
        assert mark, f"docs/costs.md has no place for {name}"
        page = f"{before}{mark}{text}{end}{after}"
    return page


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}"


def main() -> None:
    with built() as cloud:
        measured = measure(cloud)
    tables = {
        "idle": idle_table(),
        "emails": by_emails(),
        "contacts": by_contacts(measured),
        "requests": of_requests(measured),
    }
    PAGE.write_text(put_in(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
    print("\n\n".join(tables.values()))


if __name__ == "__main__":
    main()
