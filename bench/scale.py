"""Benchmark of the engine with many contacts: enrollment, and the clock of a large campaign.

It runs on moto in this process, so times are mostly moto's. The clock runs against an in-memory
index.
"""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bench import results
from bench.billing import billed
from bench.delivered import A_FOLLOW_UP, A_STEP, fresh
from bench.due_index import DueIndex, plain_due
from outrider.access.models import Caller
from outrider.campaigns.dispatch.service import Round
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.wiring import campaign_repository, dispatch
from outrider.kit import clock
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox, launched

_BATCH = 1_000
_RUNNING, _DUE, _SHARD = 1_000_000, 10_000, 50_000

# ── Enrolling ────────────────────────────────────────────────────────────────────────────────────


def enrolling(cloud: Cloud, enrolled: int) -> str:
    """Return the table of the cost of enrolling `enrolled` contacts, and a tenth of them."""
    rows = []
    for count in (enrolled // 10, enrolled):
        with fresh(cloud):
            a_mailbox(cloud.api)
            for first in range(0, count, _BATCH):
                _add_contacts(cloud, first, min(_BATCH, count - first))
            cloud.skip()
            with billed(cloud) as billing:
                seconds = _launch_all(cloud, count)
        bill = billing.by["campaigns_enroll"]
        rows.append(
            [
                f"{count:,}",
                f"{count / seconds:,.0f}",
                f"{bill.other['invocations']:,}",
                f"{sum(bill.calls.values()) / count:.3f}",
                f"{bill.write_units / count:.1f}",
                f"{bill.read_units / count:.1f}",
            ]
        )
    heads = ["contacts", "a second", "invocations", "calls a contact", "write units", "read units"]
    return "Enrolling everybody by a launch with a filter (moto's time):\n\n" + results.table(
        heads, rows
    )


def _add_contacts(cloud: Cloud, first: int, count: int) -> None:
    rows = [
        {"email": f"ada{number}@c{number % 997}.example", "first_name": f"Ada{number}"}
        for number in range(first, first + count)
    ]
    answer = cloud.api.post("/v1/contacts", {"contacts": rows})
    assert answer.json["counts"]["created"] == count, answer.text[:500]
    cloud.skip()


def _launch_all(cloud: Cloud, count: int) -> float:
    """Return the seconds that the worker takes to enroll all contacts."""
    sequence = cloud.api.post("/v1/sequences", {"name": "All", "steps": [A_STEP]}).json
    launch = cloud.api.post(f"/v1/sequences/{sequence['id']}/launch", {"filter": {}})
    assert launch.status in (200, 202), launch.text
    campaign_id = launch.json["campaign_id"]
    cloud.carry_until("EnrollingQueue")
    started = time.perf_counter()
    while messages := cloud.queue("EnrollingQueue").receive(1):
        records = [{"messageId": one.id, "body": one.body} for one in messages]
        answer = cloud.invoke("campaigns_enroll", {"Records": records})
        assert not answer["batchItemFailures"], answer
        cloud.queue("EnrollingQueue").delete(messages)
    seconds = time.perf_counter() - started
    status = cloud.api.get(f"/v1/campaigns/{campaign_id}/status").json
    assert status["audience"]["total"] == count, status
    return seconds


# ── The clock of a large campaign ────────────────────────────────────────────────────────────────


def rounds(cloud: Cloud) -> str:
    """Return the table of the rounds of a campaign's clock until all due steps are queued."""
    rows = [_rounds(cloud, running, _DUE) for running in (_RUNNING // 10, _RUNNING)]
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
            steps=(A_STEP, A_FOLLOW_UP),
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
    """Return an index with `due` enrollments due now, and the others over the next days."""
    workspace = Caller.engine(cloud.api.workspace().id).workspace
    campaigns = campaign_repository(workspace)
    campaign = campaigns.get(campaign_id)
    assert campaign
    shards = -(-running // _SHARD)
    sharded = campaigns.table.update_action(
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
