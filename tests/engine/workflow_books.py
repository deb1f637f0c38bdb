"""What must hold of workflows, their runs and their leads."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outrider.kit.aws.attributes import Item
from outrider.leads.models import Lead
from tests.engine.invariants import Books
from tests.harness.cloud import Cloud

_ENDED = ("completed", "stopped")


@dataclass(frozen=True)
class WorkflowBooks:
    """Everything that is kept of the workflows of one workspace, as it stands now."""

    cloud: Cloud
    workspace: str

    @cached_property
    def items(self) -> list[Item]:
        return self.cloud.items("leads", self.workspace)

    @cached_property
    def leads(self) -> list[Lead]:
        return [Lead.model_validate(item) for item in self.items if item["sk"].startswith("led_")]

    @cached_property
    def workflows(self) -> list[Item]:
        return [item for item in self.items if item["sk"].startswith("wfl_")]

    @cached_property
    def runs(self) -> list[Item]:
        return [item for item in self.items if item["sk"].startswith("run#")]

    @cached_property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        return Books(self.cloud, self.workspace).events

    @cached_property
    def spent(self) -> int:
        """Credits that were charged for research."""
        ledger = self.cloud.items("credits", self.workspace)
        return sum(int(item["amount"]) for item in ledger if item.get("kind") == "research")

    def counted(self, pk: str) -> Counter[str]:
        """The counters below a key."""
        counted: Counter[str] = Counter()
        for item in self.items:
            if item["pk"] == pk and item["sk"].startswith("count#"):
                counted.update({n: int(v) for n, v in item.items() if n not in ("pk", "sk")})
        return counted

    def of_runs(self) -> Counter[str]:
        """The counters of all runs together."""
        counted: Counter[str] = Counter()
        for run in self.runs:
            counted += self.counted(f"{run['pk']}#{run['number']:06d}")
        return counted

    def told(self, name: str) -> Counter[str]:
        """How often an event of this name was told of each run."""
        return Counter(data["run_id"] for each, data in self.events if each == name)


def wrong_in_workflows(books: WorkflowBooks) -> Iterator[str]:
    """What is wrong at any moment, whatever is still under way."""
    for workflow in books.workflows:
        staged = sum(
            lead.stage is not None for lead in books.leads if lead.workflow_id == workflow["id"]
        )
        pending = books.counted(f"{books.workspace}#{workflow['id']}")["pending"]
        if pending != staged:
            yield f"{staged} leads of {workflow['id']} have a stage, and {pending} are counted"
        if workflow["run"] > sum(run["workflow_id"] == workflow["id"] for run in books.runs):
            yield f"{workflow['id']} has no run number {workflow['run']}"
    if (counted := books.of_runs()["credits"]) != books.spent:
        yield f"{books.spent} credits were charged for research, and {counted} are counted"
    contacts = Counter((lead.workflow_id, lead.contact_id) for lead in books.leads)
    if again := [each for each, times in contacts.items() if times > 1]:
        yield f"contacts with several leads in a workflow: {again}"


def wrong_in_workflows_at_rest(books: WorkflowBooks) -> Iterator[str]:
    """What is wrong when every worker is done and the time of every lease is over."""
    yield from wrong_in_workflows(books)
    status_of = {workflow["id"]: workflow["status"] for workflow in books.workflows}
    for lead in books.leads:
        if lead.stage and status_of.get(str(lead.workflow_id)) not in ("idle", "paused"):
            yield f"{lead.id} is left at {lead.stage}"
        begun = lead.status in ("new", "researching") and not lead.enrollment_id
        if lead.workflow_id and not lead.stage and begun:
            yield f"{lead.id} is {lead.status}, and nothing is to be done for it"
        if lead.status == "failed" and not lead.failure:
            yield f"{lead.id} failed for no reason"
        if lead.status == "review" and not lead.draft:
            yield f"{lead.id} waits for approval without a draft"
    for run in books.runs:
        run_id, told = run["id"], books.told
        if told("workflow.started")[run_id] != 1:
            yield f"the start of {run_id} was told {told('workflow.started')[run_id]} times"
        completed = told("workflow.completed")[run_id]
        if completed != (run["status"] == "completed"):
            yield f"{run_id} is {run['status']}, its completion told {completed} times"
        if told("workflow.error")[run_id] != ("error" in run):
            yield f"the error of {run_id} was told {told('workflow.error')[run_id]} times"
        if (run["status"] in _ENDED) != ("ended_at" in run):
            yield f"{run_id} is {run['status']}, ended at {run.get('ended_at')}"
    verdicts = Counter(name for name, _ in books.events)
    for verdict in ("qualified", "disqualified"):
        if (counted := books.of_runs()[verdict]) < verdicts[f"lead.{verdict}"]:
            yield f"{verdicts[f'lead.{verdict}']} leads {verdict}, and {counted} are counted"
