"""Benchmark of the full cost of a delivered email, from its share of the enrollment to the delivery
notification of SES.

The emails belong to sequences of ten steps, and the contacts have CRM data: 1.5 KB with a company,
a folder and a fit score.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace

from bench.billing import CLOCK, Bill, Billing, billed
from bench.mails import A_MAIL
from bench.units import size
from outrider.kit import ids
from outrider.kit.aws.attributes import encode_item
from tests.harness.cloud import Cloud
from tests.integration.feedback import notice
from tests.integration.outreach import STEP_ONE, a_mailbox

STEPS = 10
CONTACTS_OF_A_CAMPAIGN = 1_000
_OF_A_CAMPAIGN = (CLOCK, "campaigns_dispatch", "campaigns_start", "sequences", "usage_count")
"""Functions whose cost is partly fixed per campaign, however many contacts are due."""
_CONTACT_BYTES = (1_400, 1_600)

A_STEP = {**STEP_ONE, "text": A_MAIL}
A_FOLLOW_UP = {
    "channel": "email",
    "wait_before": {"value": 1, "unit": "days"},
    "if": "no_reply",
    "text": A_MAIL,
}
A_CONTACT = {
    "last_name": "Ruiz-Hernández",
    "title": "Head of Sales, Northern Europe",
    "linkedin_url": "https://www.linkedin.com/in/dana-ruiz-hernandez-0970f99",
    "phone": "+1-532-344-1362",
    "country": "United States",
    "timezone": "UTC",
    "tags": ["q2", "heads-of-sales", "trial"],
    "custom": {
        "account_id": "0970F99ED4a2CE4",
        "deal_stage": "New Lead",
        "employees": 6852,
        "talk": "Moving a warehouse system to the cloud while customers kept ordering, and what a "
        "week of traffic that is replayed at night says about the next version of a service",
    },
    "fit_score": 0.82,
    "source": "Retargeting Ads",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Bills by function for one email with its share of its campaign. `users` are pairs of a
    function and a table that it accesses."""

    mail: dict[str, Bill]
    users: int
    changes_of_a_batch: float

    @property
    def write_units(self) -> float:
        return sum(bill.write_units for bill in self.mail.values())

    @property
    def read_units(self) -> float:
        return sum(bill.read_units for bill in self.mail.values())

    def total(self, name: str) -> float:
        """Return the sum of one entry of `Bill.other` over all functions."""
        return sum(bill.other[name] for bill in self.mail.values())


def measure(cloud: Cloud, contacts: int, steps: int = STEPS, *, alone: bool = False) -> Cost:
    """Return the cost of an email when `contacts` (an even number) are due at once; with `alone`,
    queues and streams deliver records one by one.

    A campaign with half as many contacts separates the cost of its clock per contact from that per
    campaign, which is divided among `CONTACTS_OF_A_CAMPAIGN`.
    """
    with _one_by_one(cloud) if alone else nullcontext():
        half, whole = (_campaign(cloud, count, steps) for count in (contacts // 2, contacts))
    mails = contacts * steps
    cost = {}
    for name, bill in whole.by.items():
        if name in _OF_A_CAMPAIGN:
            each = _times(bill.plus(half.by[name], -1), 2 / mails)
            campaign = bill.plus(each, -mails)
            cost[name] = each.plus(campaign, 1 / (CONTACTS_OF_A_CAMPAIGN * steps))
        else:
            cost[name] = _times(bill, 1 / mails)
    relay = whole.by["events_relay"]
    batches = relay.calls["dynamodb TransactWriteItems"] or 1
    return Cost(cost, len(whole.users), relay.other["records"] / batches)


@contextmanager
def fresh(cloud: Cloud) -> Iterator[None]:
    cloud.begin()
    try:
        yield
    finally:
        cloud.end()


def people(cloud: Cloud, count: int, domain: str = "c{number}.example") -> list[str]:
    """Create contacts of 1.5 KB, each with a company, and return their ids."""
    folder = ids.new("fld")
    for number, name in enumerate(sorted({domain.format(number=each) for each in range(count)})):
        cloud.api.post("/v1/companies", {"name": f"Harbour & Finch {number}", "domain": name})
    rows = [
        {
            **A_CONTACT,
            "email": f"dana.ruiz{number}@{domain.format(number=number)}",
            "first_name": f"Dana{number}",
            "company": f"Harbour & Finch {number}",
            "folder_id": folder,
        }
        for number in range(count)
    ]
    answer = cloud.api.post("/v1/contacts", {"contacts": rows})
    assert answer.json["counts"]["created"] == count, answer.text[:500]
    kept = [each for each in cloud.items("contacts") if str(each.get("id", "")).startswith("con_")]
    low, high = _CONTACT_BYTES
    assert all(low <= size(encode_item(each)) <= high for each in kept), size(encode_item(kept[0]))
    return [result["id"] for result in answer.json["results"]]


def launch(cloud: Cloud, contact_ids: list[str], steps: int) -> str:
    """Launch a sequence of `steps` emails, a day apart, and return the campaign's id."""
    body = {"name": "All", "steps": [A_STEP, *[A_FOLLOW_UP] * (steps - 1)]}
    sequence = cloud.api.post("/v1/sequences", body)
    assert sequence.status == 201, sequence.text
    path = f"/v1/sequences/{sequence.json['id']}/launch"
    answer = cloud.api.post(path, {"contact_ids": contact_ids})
    assert answer.status == 200, answer.text
    return str(answer.json["campaign_id"])


def _campaign(cloud: Cloud, contacts: int, steps: int) -> Billing:
    """Return the bills of a campaign from launch to completion, with every email delivered."""
    cloud.begin()
    try:
        a_mailbox(cloud.api)
        contact_ids = people(cloud, contacts)
        cloud.drain()
        cloud.clock.advance(seconds=10)  # companies look for their contacts a little later
        cloud.drain()
        told: Counter[str] = Counter()

        def tell() -> None:
            for mail in cloud.mails()[told["mails"] :]:
                cloud.bus.carry(notice(mail, "Delivery"))
                told["mails"] += 1
            cloud.drain()

        with billed(cloud) as billing:
            launch(cloud, contact_ids, steps)
            cloud.run(days=steps + 5, step=tell)
            tell()
        marked = sum("delivered_at" in each for each in cloud.items("messages"))
        assert marked == contacts * steps, f"{marked} mails were delivered"
        return billing
    finally:
        cloud.end()


@contextmanager
def _one_by_one(cloud: Cloud) -> Iterator[None]:
    declared, subscribed = cloud.streams._declared, cloud._subscribed
    cloud.streams._declared = [replace(each, batch_size=1) for each in declared]
    cloud._subscribed = [(queue, function, 1) for queue, function, _ in subscribed]
    try:
        yield
    finally:
        cloud.streams._declared, cloud._subscribed = declared, subscribed


def _times(bill: Bill, times: float) -> Bill:
    return Bill().plus(bill, times)
