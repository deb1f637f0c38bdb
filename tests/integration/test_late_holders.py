"""What a worker may still do whose lease is over: it was frozen, and another one gave its message
up, or its contact was erased."""

from datetime import timedelta
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.campaigns.models import StepJob
from outrider.campaigns.wiring import company_replies
from outrider.kit import clock
from outrider.kit.aws.dynamodb import transact
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from outrider.messages.transports.verdicts import Kind
from tests.engine.invariants import wrong_at_rest
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import launched
from tests.integration.test_claims import (
    books,
    environment_of_a_worker,
    queued,
    run,
    suppress_address,
)
from tests.integration.test_steps import ruled

__all__ = ["environment_of_a_worker"]


def erase(api: Api, job: StepJob) -> str:
    """Erase the contact of a step, and return what became of that."""
    return str(api.post(f"/v1/contacts/{job.contact_id}/erase").json["status"])


def only_marks(api: Api, cloud: Cloud) -> bool:
    """Whether nothing is left of messages but that something was erased, for a day."""
    items = cloud.items("messages", api.workspace().id)
    ends = (clock.now() + timedelta(days=1)).timestamp()
    return all(
        item.keys() == {"pk", "sk", "erased", "ttl"} and item["ttl"] <= ends for item in items
    )


class TestLateHolder:
    @pytest.mark.parametrize(
        ("kind", "states"),
        [
            ("accepted", ("sent", "active")),
            ("refused", ("unknown", "paused")),
            ("not_accepted", ("unknown", "paused")),
            ("unknown", ("unknown", "paused")),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_settles_its_message_or_leaves_it(
        self,
        api: Api,
        cloud: Cloud,
        monkeypatch: pytest.MonkeyPatch,
        *,
        kind: Kind,
        states: tuple[str, str],
    ) -> None:
        """The mail went out whatever the provider says."""
        job = queued(api, cloud, launched(api))
        send = SesTransport.send

        def late(transport: SesTransport, *mail: Any) -> SendOutcome:
            sent = send(transport, *mail)
            cloud.clock.advance(minutes=3)
            assert run(job) == "unknown"
            return sent if kind == "accepted" else SendOutcome(kind, "so the provider says")

        monkeypatch.setattr(SesTransport, "send", late)
        run(job)
        cloud.drain()

        found = books(api, cloud)
        (message,), (enrollment,) = found.outgoing, found.enrollments
        assert (message.state, enrollment.state) == states
        assert list(wrong_at_rest(found)) == []

    @pytest.mark.parametrize("gate", ["suppressed", "company_replied", "paused", "mailbox"])
    def test_leaves_the_enrollment_though_a_gate_has_closed(
        self, api: Api, cloud: Cloud, gate: str
    ) -> None:
        job = queued(api, cloud, ruled(api, stop_for_company=True))
        replies = company_replies(WorkspaceId(job.workspace), job.campaign_id)

        def give_up() -> None:
            cloud.clock.advance(minutes=3)
            assert run(job) == "unknown"
            match gate:
                case "suppressed":
                    suppress_address(api)
                case "company_replied":
                    transact(replies.note_action("example.com", clock.timestamp()))
                case "paused":
                    api.post(f"/v1/campaigns/{job.campaign_id}/pause")
                case "mailbox":
                    api.patch(f"/v1/mailboxes/{job.mailbox_id}", {"status": "paused"})

        with cloud.wire.once_after("UpdateItem", give_up):
            run(job)
        cloud.drain()

        found = books(api, cloud)
        assert cloud.mails() == []
        assert [each.state for each in found.enrollments] == ["paused"]
        assert [each.state for each in found.outgoing] == ["unknown"]
        assert list(wrong_at_rest(found)) == []

    @pytest.mark.parametrize(
        "outcome",
        [None, SendOutcome("refused", "so SES says"), SendOutcome("not_accepted", "SES is busy")],
        ids=lambda outcome: outcome.kind if outcome else "accepted",
    )
    def test_leaves_no_words_behind_an_erasure(
        self,
        api: Api,
        cloud: Cloud,
        monkeypatch: pytest.MonkeyPatch,
        outcome: SendOutcome | None,
    ) -> None:
        """It wakes up when its contact was erased, and sends what it had said before."""
        job = queued(api, cloud, launched(api))
        send = SesTransport.send
        erased: list[str] = []

        def late(*mail: Any) -> SendOutcome:
            cloud.clock.advance(minutes=3)
            erased.append(erase(api, job))
            return outcome or send(*mail)

        monkeypatch.setattr(SesTransport, "send", late)
        run(job)

        assert erased == ["finished"]
        assert only_marks(api, cloud)

    @pytest.mark.parametrize(
        ("minutes", "given_up", "answer"),
        [(0, False, "pending"), (3, False, "finished"), (3, True, "finished")],
    )
    def test_says_and_sends_nothing_behind_an_erasure(
        self,
        api: Api,
        cloud: Cloud,
        monkeypatch: pytest.MonkeyPatch,
        *,
        minutes: int,
        given_up: bool,
        answer: str,
    ) -> None:
        """It was frozen between the last look and what it writes right before it sends, and dies
        if it sends."""
        job = queued(api, cloud, launched(api))
        saying = MessageRepository.content_actions
        erased: list[str] = []

        def late(messages: MessageRepository, message: Message) -> Any:
            cloud.clock.advance(minutes=minutes)
            if given_up:
                assert run(job) == "unknown"
            erased.append(erase(api, job))
            return saying(messages, message)

        monkeypatch.setattr(MessageRepository, "content_actions", late)
        with cloud.wire.crash_at("SendEmail") as crashed:
            run(job)

        assert (erased, crashed()) == ([answer], False)
        assert only_marks(api, cloud)
        assert erase(api, job) == "finished"
        assert all(each.is_over for each in books(api, cloud).enrollments)
