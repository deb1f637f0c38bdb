"""What a step costs, in time, calls and money: `python -m bench.engine [contacts enrolled]`,
100,000 without a number.

On moto, in this process: times of steps are moto's more than ours, so their ratio counts, and so do
calls and units. The clock of a large campaign runs against an index in memory.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bench import results
from bench.billing import Bill, Billing, billed
from bench.due_index import DueIndex, plain_due
from bench.mails import A_MAIL
from outrider.access.models import Caller
from outrider.campaigns.dispatch import Round
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.wiring import campaign_repository, dispatch
from outrider.kit import clock
from tests.harness.cloud import Cloud, built
from tests.integration.outreach import STEP_ONE, a_mailbox, launched

CONTACTS, STEPS = 30, 10
ENROLLED = 100_000
BATCH = 1_000
RUNNING, DUE, SHARD = 1_000_000, 10_000, 50_000
LATENCY = 0.005

A_STEP = {**STEP_ONE, "text": A_MAIL}
A_DAY = {
    "wait_before": {"value": 1, "unit": "days"},
    "if": "no_reply",
    "subject": None,
    "wait_days": None,
}


def main(arguments: list[str]) -> int:
    enrolled = int(arguments[0]) if arguments else ENROLLED
    with built() as cloud:
        parts = [_speed(cloud), _cost(cloud), _enrolling(cloud, enrolled), _clock(cloud)]
    command = " ".join(["python -m bench.engine", *arguments])
    results.keep("The outreach engine", command, "\n\n".join(parts))
    return 0


@contextmanager
def fresh(cloud: Cloud) -> Iterator[Billing]:
    cloud.begin()
    try:
        with billed(cloud) as billing:
            yield billing
    finally:
        cloud.end()


# ── A step ───────────────────────────────────────────────────────────────────────────────────────


def _speed(cloud: Cloud) -> str:
    rows = []
    slowest = 0.0
    for latency in (LATENCY, 0.0):
        with fresh(cloud) as billing:
            seconds = _run(cloud, billing, latency)
        steps = CONTACTS * STEPS
        bill = billing.by["steps_run"]
        slowest = slowest or seconds
        rows.append(
            [
                f"{latency * 1_000:g} ms",
                f"{steps / seconds:,.0f}",
                f"{slowest / seconds:.1f}",
                f"{sum(bill.calls.values()) / steps:.2f}",
                ", ".join(f"{name} {count / steps:.2f}" for name, count in bill.calls.items()),
            ]
        )
    heads = ["each AWS call takes", "steps a second", "ratio", "calls a step", "which"]
    return (
        f"One worker, {CONTACTS} contacts through {STEPS} mails a day apart, one step after another"
        " (a deployed queue runs many workers):\n\n" + results.table(heads, rows)
    )


def _run(cloud: Cloud, billing: Billing, latency: float, contacts: int = 0) -> float:
    """A campaign from launch to end. Gives the seconds that the worker of steps took."""
    steps = (A_STEP, *({**A_STEP, **A_DAY} for _ in range(STEPS - 1)))
    billing.latency = latency
    contacts = contacts or CONTACTS
    campaign = launched(cloud.api, contacts, steps=tuple(map(_without_none, steps)))
    cloud.run_campaign(campaign.campaign_id)
    assert len(cloud.mails()) == contacts * STEPS
    return billing.by["steps_run"].seconds


def _without_none(step: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in step.items() if value is not None}


# ── What it costs ────────────────────────────────────────────────────────────────────────────────

_MILLIONS = 10
_TRANSITION, _REQUEST, _LAMBDA, _QUEUE, _BUS = 25e-6, 0.2e-6, 0.0000133334 * 0.5, 0.4e-6, 1e-6
"""US dollars: a state transition, an invocation, a second of 512 MB on arm64, a request to a queue,
an event."""
_BATCH_OF_STEPS = 10
_CPU_OF_CALL = 0.002


def _cost(cloud: Cloud) -> str:
    """Of what a campaign of twice as many contacts takes more: its clock costs the same."""
    bills = []
    for contacts in (CONTACTS, 2 * CONTACTS):
        with fresh(cloud) as billing:
            _run(cloud, billing, 0, contacts)
        bills.append(billing)
    billing = bills[1].less(bills[0])
    steps = CONTACTS * STEPS
    million = 1_000_000 / steps
    rows, total = [], 0.0
    for name in (
        "sequences",
        "campaigns_dispatch",
        "steps_run",
        "contacts_index",
        "events_relay",
        "webhooks_fanout",
    ):
        bill = billing.by[name]
        calls = sum(bill.calls.values())
        items = calls * (LATENCY + _CPU_OF_CALL) * _LAMBDA + bill.invocations * _REQUEST
        requests = 0.0 + sum(count for call, count in bill.calls.items() if call.startswith("sqs "))
        if name == "steps_run":
            requests += 2 * steps / _BATCH_OF_STEPS
        entries = billing.entries[name]
        parts = [bill.dollars, items, requests * _QUEUE, entries * _BUS]
        total += sum(parts)
        rows.append(
            [
                name,
                f"{bill.write_units / steps:.1f}",
                f"{bill.read_units / steps:.1f}",
                *(f"{part * million * _MILLIONS:,.2f}" for part in parts),
                f"{sum(parts) * million * _MILLIONS:,.2f}",
            ]
        )
    rounds = 30 * 24 * 4
    clock_cost = rounds * 3 * _TRANSITION
    engine = total * million * _MILLIONS + clock_cost
    executions = (_MILLIONS * 1_000_000 * 3 + 1_000_000) * _TRANSITION
    parts_of_steps = _parts(billing.by["steps_run"], steps)
    heads = ["function", "write units a step", "read units", "DynamoDB $", "Lambda $", "SQS $"]
    compared = results.table(
        ["clock of 1,000,000 contacts, 10 steps each, in 30 days", "transitions", "$"],
        [
            [
                "one execution a campaign, a round each 15 minutes",
                f"{rounds * 3:,}",
                f"{clock_cost:,.2f}",
            ],
            [
                "one execution a contact: wait, send, choose",
                f"{int(executions / _TRANSITION):,}",
                f"{executions:,.2f}",
            ],
        ],
    )
    return (
        f"What {_MILLIONS} million steps cost in US dollars, without SES and storage. Units are"
        " those of this run; a call is taken for"
        f" {(LATENCY + _CPU_OF_CALL) * 1_000:g} ms of a function with 512 MB:\n\n"
        + results.table([*heads, "EventBridge $", "together $"], rows)
        + f"\n\nWrite units of a step in `steps_run`:\n\n{parts_of_steps}"
        f"\n\n{compared}\n\nAll of the engine: ${engine:,.0f} for {_MILLIONS} million steps."
        f" With an execution a contact it would be"
        f" {(engine - clock_cost + executions) / engine:.1f} times that."
    )


def _parts(bill: Bill, steps: int) -> str:
    """Where the write units of a step go: the claim is the transaction that puts something."""
    places = sorted({place for _, place in bill.parts})
    by_place = {
        place: [bill.parts[claim, place] / steps for claim in (True, False)] for place in places
    }
    rows = [[place, *(f"{units:.1f}" for units in by_place[place])] for place in places]
    totals = [f"{sum(column):.1f}" for column in zip(*by_place.values(), strict=True)]
    return results.table(["item or index", "claim", "record"], [*rows, ["together", *totals]])


# ── Enrolling ────────────────────────────────────────────────────────────────────────────────────


def _enrolling(cloud: Cloud, enrolled: int) -> str:
    rows = []
    for count in (enrolled // 10, enrolled):
        with fresh(cloud) as billing:
            a_mailbox(cloud.api)
            for first in range(0, count, BATCH):
                _add_contacts(cloud, first, min(BATCH, count - first))
            cloud.skip()
            seconds = _launch_all(cloud, billing, count)
        bill = billing.by["campaigns_enroll"]
        rows.append(
            [
                f"{count:,}",
                f"{seconds:,.0f}",
                f"{count / seconds:,.0f}",
                f"{bill.invocations}",
                f"{sum(bill.calls.values()) / count:.3f}",
                f"{bill.write_units / count:.1f}",
                f"{bill.read_units / count:.1f}",
            ]
        )
    heads = ["contacts", "seconds", "a second", "invocations"]
    return "Enrolling everybody by a launch with a filter (moto's time):\n\n" + results.table(
        [*heads, "calls a contact", "write units", "read units"], rows
    )


def _add_contacts(cloud: Cloud, first: int, count: int) -> None:
    rows = [
        {"email": f"ada{number}@c{number % 997}.example", "first_name": f"Ada{number}"}
        for number in range(first, first + count)
    ]
    answer = cloud.api.post("/v1/contacts", {"contacts": rows})
    assert answer.json["counts"]["created"] == count, answer.text[:500]
    cloud.skip()


def _launch_all(cloud: Cloud, billing: Billing, count: int) -> float:
    """Seconds that the worker takes to enroll everybody."""
    sequence = cloud.api.post("/v1/sequences", {"name": "All", "steps": [A_STEP]}).json
    launch = cloud.api.post(f"/v1/sequences/{sequence['id']}/launch", {"filter": {}})
    assert launch.status in (200, 202), launch.text
    campaign_id = launch.json["campaign_id"]
    cloud.carry_until("EnrollingQueue")
    while messages := cloud.queue("EnrollingQueue").receive(1):
        records = [{"messageId": one.id, "body": one.body} for one in messages]
        answer = cloud.invoke("campaigns_enroll", {"Records": records})
        assert not answer["batchItemFailures"], answer
        cloud.queue("EnrollingQueue").delete(messages)
    status = cloud.api.get(f"/v1/campaigns/{campaign_id}/status").json
    assert status["audience"]["total"] == count, status
    return billing.by["campaigns_enroll"].seconds


# ── The clock of a large campaign ────────────────────────────────────────────────────────────────


def _clock(cloud: Cloud) -> str:
    rows = [_rounds(cloud, running, due) for running, due in ((RUNNING // 10, DUE), (RUNNING, DUE))]
    heads = ["enrollments", "due", "queued", "rounds", "queries", "read units", "due times moved"]
    return (
        "Rounds of a campaign's clock until nothing due is left, against an index in memory:\n\n"
        + results.table([*heads, "seconds"], rows)
        + "\n\nRead units are those of the index alone: they follow what is due."
    )


def _rounds(cloud: Cloud, running: int, due: int) -> list[str]:
    with fresh(cloud):
        a_mailbox(cloud.api, daily_cap=100_000)
        campaign = launched(
            cloud.api,
            1,
            steps=(A_STEP, _without_none({**A_STEP, **A_DAY})),
            mailbox={"email": "b@outrider.test"},
        )
        index = _index(cloud, campaign.campaign_id, running, due)
        enrollments = EnrollmentRepository(
            index, Caller.engine(cloud.api.workspace().id).workspace, campaign.campaign_id
        )
        service = dispatch(Caller.engine(cloud.api.workspace().id), campaign.campaign_id)
        service = replace(service, rounds=replace(service.rounds, enrollments=enrollments))
        this = Round(
            workspace=cloud.api.workspace().id, campaign_id=campaign.campaign_id, run=1, round=0
        )
        started, rounds, queued = time.perf_counter(), 0, 0
        while queued < due:
            this = Round.model_validate(service.dispatch(this).model_dump())
            rounds += 1
            queued = int(index.counted["moves"])
        seconds = time.perf_counter() - started
    count = index.counted
    return [
        f"{running:,}",
        f"{due:,}",
        f"{queued:,}",
        f"{rounds}",
        f"{count['queries']:,.0f}",
        f"{count['read units']:,.0f}",
        f"{count['moves']:,.0f}",
        f"{seconds:.1f}",
    ]


def _index(cloud: Cloud, campaign_id: str, running: int, due: int) -> DueIndex:
    """An index with `due` that are due now, and the others over the days to come."""
    workspace = Caller.engine(cloud.api.workspace().id).workspace
    campaigns = campaign_repository(workspace)
    campaign = campaigns.get(campaign_id)
    assert campaign
    shards = -(-running // SHARD)
    sharded = campaigns.table.update(
        workspace, campaign_id, "SET #due_shards = :shards", shards=shards
    )
    campaigns.table.write(sharded)
    (first,) = cloud.items("enrollments", f"{workspace}#{campaign_id}")
    now = clock.now()

    def item(contact: str, place: str) -> dict[str, Any]:
        return {**first, "sk": contact, "due_at": plain_due(place), "by_due_sk": place}

    index = DueIndex("enrollments", item=item)
    spread = timedelta(days=14) / max(1, running - due)
    places = [
        (
            clock.to_text(
                now if number < due else now + timedelta(days=1) + spread * (number - due)
            ),
            f"con_{number:026d}",
        )
        for number in range(running)
    ]
    index.fill(f"{workspace}#{campaign_id}", shards, places)
    return index


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
