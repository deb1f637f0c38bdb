"""Benchmark of workflows: leads that go through research, qualification and contacting:
`python -m bench.workflows [leads on the local stack] [leads in memory]`, by default 1,000 and
10,000.

On the local stack every worker runs, and the emulator sets the pace. In memory, on moto in this
process, calls, units and transitions are exact and the same in each run. Emails are not sent: they
wait for their window (`bench.engine` measures them).
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench import results
from bench.billing import Bill, Billing, billed
from bench.delivered import fresh
from bench.local_stack import Stack
from local.websites import serving
from tests.harness.cloud import Cloud, built
from tests.integration.outreach import a_mailbox

ON_THE_STACK, IN_MEMORY = 1_000, 10_000
LEADS_OF_A_COMPANY = 4
_BATCH = 1_000
_PAUSE = 100
"""Calls after which the clock in memory is moved on, because of the rate limit."""
_PATIENCE = 3_600.0
_SETTINGS = {
    "auto_review": True,
    "profile": {
        "seniorities": ["vp"],
        "departments": ["sales"],
        "industries": ["manufacturing"],
        "sizes": ["51-200"],
        "signals": ["hiring"],
    },
    "windows": [{"days": ["sun"], "from": "09:00", "to": "10:00"}],
}
_WORKFLOW = {"name": "Bench", "stages": ["research", "qualify", "contact"], "settings": _SETTINGS}
_PARAGRAPHS = (
    "<p>We make anvils for everybody who needs one, and have done so since 1949.</p>" * 200
)

Call = Callable[[str, str, Any], Any]
"""Client of the API: method, path and body to the JSON of the response."""


def main(arguments: list[str]) -> int:
    on_the_stack = int(arguments[0]) if arguments else ON_THE_STACK
    in_memory = int(arguments[1]) if len(arguments) > 1 else IN_MEMORY
    with serving(page) as sites:
        with built() as cloud:
            memory = _in_memory(cloud, sites, in_memory)
        stack = _on_the_stack(sites, on_the_stack)
    command = " ".join(["python -m bench.workflows", *arguments])
    results.keep("Workflows", command, f"{stack}\n\n{memory}")
    return 0


def page(path: str) -> str:
    """Return the website of a company, 15 KB long."""
    return (
        f"<!doctype html><html lang=en><title>Company {path.strip('/')}</title>"
        '<meta name=description content="Anvils since 1949.">'
        '<script type="application/ld+json">{"@context": "https://schema.org", '
        '"@type": "Organization", "naics": "332111", '
        '"numberOfEmployees": {"minValue": 51, "maxValue": 200}}</script>'
        '<script src="https://cdn.shopify.com/s/files/x.js"></script>'
        f"<a href=/careers>Jobs</a>{_PARAGRAPHS}"
    )


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A workflow with leads whose companies have websites."""

    call: Call
    workflow_id: str

    @classmethod
    def of(cls, call: Call, sites: str, count: int) -> "Pipeline":
        """Create a workflow with `count` leads."""
        companies = [
            call("POST", "/v1/companies", {"name": f"Company {number}", "website": website})["id"]
            for number, website in _websites(sites, count)
        ]
        workflow_id = call("POST", "/v1/workflows", _WORKFLOW)["id"]
        for first in range(0, count, _BATCH):
            rows = [
                _contact(companies, number) for number in range(first, min(first + _BATCH, count))
            ]
            made = call("POST", "/v1/contacts", {"contacts": rows})["results"]
            leads = [{"contact_id": each["id"]} for each in made]
            path = f"/v1/workflows/{workflow_id}/leads"
            added = call("POST", path, {"leads": leads})
            assert added["counts"]["added"] == len(rows), added["counts"]
        return cls(call, workflow_id)

    def start(self) -> None:
        self.call("POST", f"/v1/workflows/{self.workflow_id}/run", {})

    @property
    def run(self) -> dict[str, Any]:
        """The run as it is now."""
        page: dict[str, Any] = self.call("GET", f"/v1/workflows/{self.workflow_id}/runs", None)
        return dict(page["data"][0])

    def finished(self, count: int) -> dict[str, int]:
        """Return the counts of the run, which must be completed with every lead enrolled."""
        run = self.run
        counts: dict[str, int] = run["counts"]
        assert run["status"] == "completed", run
        assert counts["enrolled"] == count, run
        return counts


def _websites(sites: str, count: int) -> Iterator[tuple[int, str]]:
    for number in range(-(-count // LEADS_OF_A_COMPANY)):
        yield number, f"{sites}/{number}"


def _contact(companies: list[str], number: int) -> dict[str, str]:
    return {
        "email": f"dana{number}@company{number // LEADS_OF_A_COMPANY}.example",
        "first_name": "Dana",
        "last_name": f"Ruiz {number}",
        "title": "VP Sales",
        "company_id": companies[number // LEADS_OF_A_COMPANY],
    }


# ── On the local stack ───────────────────────────────────────────────────────────────────────────


def _on_the_stack(sites: str, count: int) -> str:
    with Stack.running() as stack:
        seeded = Stack(stack.local, stack.local.local["workspace_id"])

        def call(method: str, path: str, body: Any) -> Any:
            reply = seeded.reply(method, path, body)
            assert reply.status < 300, (path, reply.status, reply.body[:500])
            return reply.json

        pipeline = Pipeline.of(call, sites, count)
        began = time.monotonic()
        pipeline.start()
        while pipeline.run["status"] != "completed" and time.monotonic() < began + _PATIENCE:
            time.sleep(1)
        minutes = (time.monotonic() - began) / 60
        counts = pipeline.finished(count)
        transitions = _transitions(stack, pipeline.workflow_id)
    row = [
        f"{count:,}",
        f"{minutes:.1f}",
        f"{count / minutes:,.0f}",
        f"{counts['credits']:,}",
        f"{transitions:,}",
    ]
    heads = ["leads", "minutes", "leads a minute", "credits", "state transitions"]
    return (
        f"Through all three stages on the local stack, which emulates AWS on this machine, "
        f"{LEADS_OF_A_COMPANY} leads of each company,\nwith websites of 15 KB on loopback:\n\n"
        + results.table(heads, [row])
    )


def _transitions(stack: Stack, workflow_id: str) -> int:
    """Return the number of states that the executions of the workflow entered."""
    states = stack.local.client("stepfunctions")
    machines = states.list_state_machines()["stateMachines"]
    executions = [
        execution["executionArn"]
        for machine in machines
        for execution in states.list_executions(stateMachineArn=machine["stateMachineArn"])[
            "executions"
        ]
        if execution["name"].startswith(workflow_id)
    ]
    pages = [
        states.get_paginator("get_execution_history").paginate(executionArn=arn)
        for arn in executions
    ]
    events = (event for each in pages for page in each for event in page["events"])
    return sum(event["type"].endswith("StateEntered") for event in events)


# ── In memory ────────────────────────────────────────────────────────────────────────────────────


def _in_memory(cloud: Cloud, sites: str, count: int) -> str:
    rows, bills = [], Billing()
    for leads in (count // 10, count):
        with fresh(cloud), cloud.environment(STAGE="local"):
            a_mailbox(cloud.api)
            pipeline = Pipeline.of(_client(cloud), sites, leads)
            cloud.skip()
            with billed(cloud) as bills:
                began = time.process_time()
                pipeline.start()
                cloud.run(hours=2)
                seconds = time.process_time() - began
            counts = pipeline.finished(leads)
            rows.append(_row(bills, leads, counts, _transitions_of(cloud, pipeline), seconds))
    heads = ["leads", "credits", "transitions", "calls", "write units", "read units"]
    heads += ["SQS requests", "invocations", "ms of CPU"]
    return (
        "In memory; calls of AWS, units, requests, invocations and CPU (moto's included) are those "
        "of one lead:\n\n"
        + results.table(heads, rows)
        + "\n\nOf one lead by function:\n\n"
        + _by_function(bills, count)
    )


def _client(cloud: Cloud) -> Call:
    made = 0

    def call(method: str, path: str, body: Any) -> Any:
        nonlocal made
        made += 1
        if made % _PAUSE == 0:
            cloud.clock.advance(minutes=1)
        answer = cloud.api.request(method, path, body)
        assert answer.status < 300, answer.text[:500]
        return answer.json

    return call


def _transitions_of(cloud: Cloud, pipeline: Pipeline) -> int:
    return sum(
        execution.transitions
        for execution in cloud.executions.all.values()
        if execution.name.startswith(pipeline.workflow_id)
    )


def _row(
    bills: Billing, leads: int, counts: dict[str, int], transitions: int, seconds: float
) -> list[str]:
    whole = Bill()
    for bill in bills.by.values():
        whole = whole.plus(bill)
    each = [
        sum(whole.calls.values()),
        whole.write_units,
        whole.read_units,
        whole.other["requests"],
        whole.other["invocations"],
        seconds * 1_000,
    ]
    return [
        f"{leads:,}",
        f"{counts['credits']:,}",
        f"{transitions:,}",
        *(f"{amount / leads:.1f}" for amount in each),
    ]


def _by_function(bills: Billing, leads: int) -> str:
    rows = [
        [
            name,
            *(
                f"{amount / leads:.2f}"
                for amount in (
                    bill.other["invocations"],
                    sum(bill.calls.values()),
                    bill.write_units,
                    bill.read_units,
                    bill.other["requests"],
                )
            ),
        ]
        for name, bill in sorted(bills.by.items(), key=lambda each: -each[1].write_units)
    ]
    heads = ["by", "invocations", "calls", "write units", "read units", "SQS requests"]
    return results.table(heads, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
