"""Whatever is done to a workflow, in whatever order, and wherever it is cut short or comes twice:
no lead is charged, enrolled or told of twice, the counts are those of a recount, and in the end
every lead has ended or says what it waits for."""

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from tests.engine.invariants import wrong, wrong_at_rest
from tests.engine.machines import run_machine
from tests.engine.workflow_books import wrong_in_workflows, wrong_in_workflows_at_rest
from tests.engine.workflow_world import PEOPLE, PROFILES, QUEUES, WORKFLOWS, WorkflowWorld
from tests.engine.world import Cut
from tests.harness.cloud import Cloud
from tests.integration.replying import a_reply

CUTS: st.SearchStrategy[Cut | None] = st.none() | st.tuples(
    st.integers(1, 9), st.sampled_from(["before", "after"])
)
TIMES: list[dict[str, float]] = [{"seconds": 10}, {"minutes": 3}, {"minutes": 16}, {"hours": 2}]


class Pipeline(RuleBasedStateMachine):
    world: WorkflowWorld
    begun = False

    @initialize(plan=st.sampled_from(sorted(WORKFLOWS)))
    def begin(self, plan: str) -> None:
        self._watched = self.world.watched()
        self._watched.__enter__()
        self.world.begin(plan)
        self.contacts = "contact" in WORKFLOWS[plan]["stages"]
        self.begun = True

    # ── The engine's own work ────────────────────────────────────────────────────────────────────

    @rule(stage=st.sampled_from(sorted(QUEUES)), cut=CUTS)
    def work(self, stage: str, cut: Cut | None) -> None:
        self.world.work(QUEUES[stage], f"workflows_{stage}", cut)

    @rule(number=st.integers(0, 7), cut=CUTS)
    def work_again(self, number: int, cut: Cut | None) -> None:
        if self.world.taken:
            self.world.work_again(number, cut)

    @rule(cut=CUTS)
    def rounds(self, cut: Cut | None) -> None:
        self.world.rounds(cut)

    @rule(time=st.sampled_from(TIMES), settle=st.booleans())
    def pass_time(self, time: dict[str, float], settle: bool) -> None:
        self.world.pass_time(**time)
        if settle:
            self.world.settle()

    # ── What people do ───────────────────────────────────────────────────────────────────────────

    @rule(cut=CUTS)
    def run(self, cut: Cut | None) -> None:
        self.world.ask("/run", cut)

    @rule(operation=st.sampled_from(["GetItem", "BatchGetItem", "TransactWriteItems"]))
    def run_twice_at_once(self, operation: str) -> None:
        if self.world.is_idle():
            with self.world.cloud.wire.once_after(operation, lambda: self.world.ask("/run")):
                self.world.ask("/run")

    @rule(what=st.sampled_from(["/pause", "/resume"]), cut=CUTS)
    def turn(self, what: str, cut: Cut | None) -> None:
        self.world.ask(what, cut)

    @rule(person=st.sampled_from(PEOPLE), cut=CUTS)
    def add(self, person: str, cut: Cut | None) -> None:
        self.world.add(person, cut)

    @rule(what=st.sampled_from(["approve", "reject"]), cut=CUTS)
    def review(self, what: str, cut: Cut | None) -> None:
        self.world.review(what, cut)

    @rule(end=st.booleans())
    def spend(self, end: bool) -> None:
        """The last credits are taken, or are there again."""
        if end:
            self.world.end_credits()
        else:
            self.world.give_credits_back()

    @rule(number=st.integers(0, len(PROFILES) - 1), cut=CUTS)
    def change_profile(self, number: int, cut: Cut | None) -> None:
        self.world.request("PUT", "/v1/profile", PROFILES[number], cut=cut)

    @rule(person=st.sampled_from(PEOPLE), cut=CUTS)
    def delete_contact(self, person: str, cut: Cut | None) -> None:
        if contact_id := self.world.contact_ids().get(person):
            self.world.request("DELETE", f"/v1/contacts/{contact_id}", cut=cut)

    @rule(sure=st.integers(0, 5), cut=CUTS)
    def delete(self, sure: int, cut: Cut | None) -> None:
        if not sure:
            self.world.ask("", cut, method="DELETE")

    @rule(number=st.integers(0, 3), cut=CUTS)
    def answer(self, number: int, cut: Cut | None) -> None:
        if mails := self.world.cloud.mails():
            mail = mails[number % len(mails)]
            key = f"<{mail.tags['message_id']}@example.com>"
            self.world.receive(a_reply(mail, "Sounds great, let's talk.", Message_ID=key), cut)

    # ── What must hold ───────────────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_is_wrong(self) -> None:
        if self.begun:
            assert not self.world.broken
            found = [*wrong_in_workflows(self.world.workflow_books()), *wrong(self.world.books())]
            assert not found, found

    def teardown(self) -> None:
        if not self.begun:
            return
        try:
            self.world.come_to_an_end()
            assert not self.world.broken
            books = self.world.workflow_books()
            found = [*wrong_in_workflows_at_rest(books), *wrong_at_rest(self.world.books())]
            found += self._unexplained()
            assert not found, found
        finally:
            self._watched.__exit__(None, None, None)

    def _unexplained(self) -> list[str]:
        """Leads under way that do not say what they wait for."""
        leads = self.world.cloud.api.get("/v1/leads?limit=200").json["data"]
        over = ("disqualified", "contacted", "replied", "failed")
        return [
            f"{lead['id']} is {lead['status']} and waits for nothing"
            for lead in leads
            if lead["status"] not in over
            and not lead["waits_for"]
            and lead["workflow_id"] is not None
            and (self.contacts or lead["status"] not in ("qualified", "researched"))
        ]


def run_pipeline(cloud: Cloud, examples: int, steps: int, *phases: Phase) -> None:
    run_machine(Pipeline, WorkflowWorld(cloud), examples, steps, *phases)


def test_whatever_happens_no_lead_is_lost(cloud: Cloud) -> None:
    run_pipeline(cloud, 12, 20, Phase.generate)


@pytest.mark.slow
def test_whatever_happens_for_long_no_lead_is_lost(cloud: Cloud) -> None:
    run_pipeline(cloud, 200, 40, Phase.generate, Phase.shrink)
