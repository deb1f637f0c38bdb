"""Whatever is done to running campaigns, in whatever order, and wherever it is cut short or comes
twice: nobody who said stop is written to, no step goes out twice, the counts are those of a
recount, and in the end everybody is through."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from tests.engine.invariants import Books, wrong, wrong_at_rest
from tests.engine.machines import run_machine
from tests.engine.world import PEOPLE, PLANS, Cut, World
from tests.harness.cloud import Cloud
from tests.integration.feedback import notice, soft
from tests.integration.outreach import BROWSER, STEP_TWO, tracking_path
from tests.integration.replying import a_reply

CUTS: st.SearchStrategy[Cut | None] = st.none() | st.tuples(
    st.integers(1, 9), st.sampled_from(["before", "after"])
)
PERSON = st.sampled_from(PEOPLE)
NUMBER = st.integers(0, 7)
ANSWERS: list[tuple[str, dict[str, str]]] = [
    ("Sounds great, let's talk.", {}),
    ("No thanks, we are not interested.", {}),
    ("We have a supplier already.", {}),
    ("Please remove me from your list.", {}),
    ("I am out of office until March 9, 2026.", {"Auto_Submitted": "auto-replied"}),
]
NOTICES: list[tuple[str, dict[str, Any]]] = [
    *((kind, {}) for kind in ("Send", "Delivery", "Complaint", "Reject")),
    ("Bounce", {}),
    ("Bounce", soft()),
]
TIMES: list[dict[str, float]] = [
    {"minutes": 1},
    {"minutes": 3},
    {"minutes": 16},
    {"hours": 1},
    {"hours": 5},
    {"days": 1},
]
_LONG_ENOUGH = 150
"""Moments until everybody must be through."""


class Engine(RuleBasedStateMachine):
    world: World
    begun = False

    @initialize(plan=st.sampled_from(sorted(PLANS)))
    def begin(self, plan: str) -> None:
        self._watched = self.world.watched()
        self._watched.__enter__()
        self.world.begin(plan)
        self.begun = True

    # ── The engine's own work ────────────────────────────────────────────────────────────────────

    @rule(cut=CUTS)
    def work(self, cut: Cut | None) -> None:
        self.world.work("StepsQueue", "steps_run", cut)

    @rule(number=NUMBER, cut=CUTS)
    def work_again(self, number: int, cut: Cut | None) -> None:
        if self.world.taken:
            self.world.work_again(number, cut)

    @rule(cut=CUTS)
    def rounds(self, cut: Cut | None) -> None:
        self.world.rounds(cut)

    @rule()
    def settle(self) -> None:
        self.world.settle()

    @rule(time=st.sampled_from(TIMES), settle=st.booleans())
    def pass_time(self, time: dict[str, float], settle: bool) -> None:
        self.world.pass_time(**time)
        if settle:
            self.world.settle()

    # ── What people do ───────────────────────────────────────────────────────────────────────────

    @rule(person=PERSON, again=st.booleans(), cut=CUTS)
    def trigger(self, person: str, again: bool, cut: Cut | None) -> None:
        body = {"email": person, "re_enroll": again}
        for campaign_id in self._campaigns():
            self._request("POST", f"/v1/campaigns/{campaign_id}/trigger", body, cut)

    @rule(what=st.sampled_from(["pause", "resume"]), cut=CUTS)
    def turn_campaigns(self, what: str, cut: Cut | None) -> None:
        for campaign_id in self._campaigns():
            self._request("POST", f"/v1/campaigns/{campaign_id}/{what}", None, cut)

    @rule(cut=CUTS)
    def retry(self, cut: Cut | None) -> None:
        for campaign_id in self._campaigns():
            self._request("POST", f"/v1/campaigns/{campaign_id}/retry", {}, cut)

    @rule(what=st.sampled_from(["pause", "resume", "stop"]), number=NUMBER, cut=CUTS)
    def turn_enrollment(self, what: str, number: int, cut: Cut | None) -> None:
        enrollments = sorted(self.world.books().enrollments, key=lambda each: each.id)
        enrollment = enrollments[number % len(enrollments)]
        body = self._said_of(enrollment.contact_id) if what == "resume" else None
        self._request("POST", f"/v1/enrollments/{enrollment.id}/{what}", body, cut)

    @rule(number=NUMBER, cut=CUTS)
    def complete_task(self, number: int, cut: Cut | None) -> None:
        tasks = [each for each in self.world.books().messages if each.state == "pending"]
        if tasks:
            task = sorted(tasks, key=lambda each: each.id)[number % len(tasks)]
            self._request("POST", f"/v1/messages/{task.id}/complete", {"outcome": "done"}, cut)

    @rule(cut=CUTS)
    def settle_messages(self, cut: Cut | None) -> None:
        """Somebody looks, and says so of each message of which the engine does not know."""
        went_out = {mail.tags["message_id"] for mail in self.world.cloud.mails()}
        for message in self.world.books().messages:
            if message.state == "unknown":
                body = {"outcome": "sent" if message.id in went_out else "not_sent"}
                self._request("POST", f"/v1/messages/{message.id}/settle", body, cut)

    @rule(migrate=st.booleans(), drop=st.booleans(), cut=CUTS)
    def edit_steps(self, migrate: bool, drop: bool, cut: Cut | None) -> None:
        """The last step goes, or one is put behind it."""
        for campaign in self.world.books().campaigns.values():
            path = f"/v1/sequences/{campaign['sequence_id']}/steps"
            answer = self.world.cloud.api.get(path)
            assert answer.status == 200, answer.text
            known = answer.json["steps"]
            longer = [*known, {**STEP_TWO, "if": "always"}]
            steps = known[:-1] if drop and len(known) > 1 else longer
            self._request("PUT", path, {"steps": steps, "migrate": migrate}, cut)

    @rule(person=PERSON, cut=CUTS)
    def delete_contact(self, person: str, cut: Cut | None) -> None:
        if contact_id := self.world.contact_ids().get(person):
            self._request("DELETE", f"/v1/contacts/{contact_id}", None, cut)

    @rule(person=PERSON, whole_domain=st.booleans(), cut=CUTS)
    def suppress(self, person: str, whole_domain: bool, cut: Cut | None) -> None:
        address = person.partition("@")[2] if whole_domain else person
        body = {"domain" if whole_domain else "address": address, "reason": "manual"}
        self._request("POST", "/v1/suppressions", body, cut)

    # ── What recipients do ───────────────────────────────────────────────────────────────────────

    @rule(number=NUMBER, cut=CUTS)
    def unsubscribe(self, number: int, cut: Cut | None) -> None:
        if mails := self.world.cloud.mails():
            link = mails[number % len(mails)].message["List-Unsubscribe"]
            self.world.visit(link, "POST", cut=cut)

    @rule(number=NUMBER, cut=CUTS)
    def open_mail(self, number: int, cut: Cut | None) -> None:
        """Its picture is shown, where it has one."""
        if mails := [mail for mail in self.world.cloud.mails() if b"/t/o/" in mail.raw]:
            path = tracking_path(mails[number % len(mails)], "o")
            self.world.visit(path, "GET", BROWSER, cut=cut)

    @rule(number=NUMBER, told=st.sampled_from(NOTICES), cut=CUTS)
    def hear_of(self, number: int, told: tuple[str, dict[str, Any]], cut: Cut | None) -> None:
        """SES tells what became of a mail."""
        if mails := self.world.cloud.mails():
            kind, part = told
            self.world.cloud.bus.carry(notice(mails[number % len(mails)], kind, **part))
            self.world.work("FeedbackQueue", "feedback_receive", cut)

    @rule(number=NUMBER, said=st.sampled_from(ANSWERS), cut=CUTS)
    def answer(self, number: int, said: tuple[str, dict[str, str]], cut: Cut | None) -> None:
        if mails := self.world.cloud.mails():
            mail = mails[number % len(mails)]
            text, headers = said
            key = f"<{ANSWERS.index(said)}-{mail.tags['message_id']}@example.com>"
            self.world.receive(a_reply(mail, text, Message_ID=key, **headers), cut)

    # ── What must hold ───────────────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_is_wrong(self) -> None:
        if self.begun:
            assert not self.world.broken
            found = list(wrong(self.world.books()))
            assert not found, found

    def teardown(self) -> None:
        if not self.begun:
            return
        try:
            self._come_to_an_end()
        finally:
            self._watched.__exit__(None, None, None)

    def _come_to_an_end(self) -> None:
        """Everything goes on, and time passes."""
        self.world.settle()
        unexplained = list(self._unexplained())
        assert not unexplained, unexplained
        for _ in range(_LONG_ENOUGH):
            self.world.go_on()
            books = self.world.books()
            if not self._running(books):
                break
            self._resume_everything()
        assert not self.world.broken
        books = self.world.books()
        found = list(wrong_at_rest(books))
        found += [f"{each.id} is {each.state}" for each in books.enrollments if not each.is_over]
        found += [f"{each} is not completed" for each in self._running(books)]
        assert not found, found

    def _unexplained(self) -> Iterator[dict[str, Any]]:
        """What somebody asks in vain: why nothing is sent, or when."""
        for enrollment in self.world.books().enrollments:
            path = f"/v1/enrollments/{enrollment.id}/explain"
            answer = self.world.cloud.api.get(path).json
            skipped = answer["step"] and answer["step"]["skipped_because"]
            if not (answer["gates"] or answer["earliest_send_at"] or skipped):
                yield answer
            if enrollment.state == "paused" and not enrollment.blocked_reason:
                yield answer

    def _resume_everything(self) -> None:
        books = self.world.books()
        for campaign_id, campaign in books.campaigns.items():
            if campaign["status"] == "paused":
                self._request("POST", f"/v1/campaigns/{campaign_id}/resume", None, None)
        for enrollment in books.enrollments:
            if enrollment.state == "paused":
                said = self._said_of(enrollment.contact_id)
                self._request("POST", f"/v1/enrollments/{enrollment.id}/resume", said, None)

    # ── How ──────────────────────────────────────────────────────────────────────────────────────

    def _running(self, books: Books) -> set[str]:
        """The campaigns with somebody in them that are not completed."""
        with_somebody = {each.campaign_id for each in books.enrollments}
        return {each for each in with_somebody if books.campaigns[each]["status"] != "completed"}

    def _campaigns(self) -> list[str]:
        return sorted(self.world.books().campaigns)

    def _request(self, method: str, path: str, body: Any, cut: Cut | None) -> None:
        self.world.request(method, path, body, cut=cut)

    def _said_of(self, contact_id: str) -> dict[str, str] | None:
        """What a person who looked knows of a message of which the engine does not."""
        went_out = {mail.tags["message_id"] for mail in self.world.cloud.mails()}
        for message in self.world.books().messages:
            if message.contact_id == contact_id and message.state == "unknown":
                return {"unknown": "sent" if message.id in went_out else "not_sent"}
        return None


def run_engine(cloud: Cloud, examples: int, steps: int, *phases: Phase) -> None:
    run_machine(Engine, World(cloud), examples, steps, *phases)


def test_whatever_happens_nothing_breaks(cloud: Cloud) -> None:
    run_engine(cloud, 25, 25, Phase.generate)


@pytest.mark.slow
def test_whatever_happens_for_long_nothing_breaks(cloud: Cloud) -> None:
    run_engine(cloud, 300, 40, Phase.generate, Phase.shrink)
