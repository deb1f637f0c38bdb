"""What a provider said of a message is known to its worker alone: it is not lost while DynamoDB
takes nothing, and what is lost all the same is found out later."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from outrider.campaigns.enrollments import claims
from outrider.messages.sending import steps
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from outrider.messages.transports.smtp import SmtpTransport
from tests.engine.invariants import Books, wrong_at_rest
from tests.engine.outcomes import sent
from tests.engine.scenarios import AT_ONCE, SMS, a_step
from tests.engine.sweep import Deliver
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud
from tests.integration.feedback import tell
from tests.integration.outreach import STEP_ONE
from tests.integration.test_mailbox_servers import local_server

LEASE = 2
"""Minutes of a claim."""
BEYOND = 60
"""Seconds: longer than a worker tries to record."""


@pytest.fixture(autouse=True)
def no_waiting(clock: Clock) -> Iterator[None]:
    """What would wait moves the test's clock instead."""
    with patch("time.sleep", lambda seconds: clock.advance(seconds=seconds)):
        yield


def throttled(
    cloud: Cloud, deliver: Deliver, seconds: float, record: str = "TransactWriteItems"
) -> None:
    """Deliver while DynamoDB has no capacity for so long, from the last `record` of an enrollment
    on: by that the worker tells what became of its message."""
    table = cloud.stack.data["EnrollmentsTableName"]
    before = cloud.snapshot()
    with cloud.wire.recording() as calls:
        deliver()
    cloud.restore(before)
    places = [
        number
        for number, call in enumerate(calls, 1)
        if call.operation == record and table in str(call.params)
    ]
    with cloud.wire.throttle_at(places[-1], seconds=seconds):
        deliver()


def state(cloud: Cloud) -> str:
    """Of the only message."""
    (found,) = Books(cloud, cloud.api.workspace().id).outgoing
    return found.state


def at_rest(cloud: Cloud, check: Callable[[Cloud, Books], None]) -> None:
    cloud.run(hours=0.5)
    books = Books(cloud, cloud.api.workspace().id)
    assert list(wrong_at_rest(books)) == []
    check(cloud, books)


class TestThrottling:
    @pytest.mark.parametrize("step", [STEP_ONE, SMS], ids=["email", "sms"])
    @pytest.mark.parametrize("seconds", [3, 10, 25, 38])
    def test_within_the_lease_loses_nothing(
        self, cloud: Cloud, seconds: float, step: dict[str, Any]
    ) -> None:
        deliver = a_step(step)(cloud)

        throttled(cloud, deliver, seconds)

        assert state(cloud) == "sent"
        deliver()
        assert len(cloud.mails()) + len(cloud.texts()) == 1
        at_rest(cloud, sent(1))

    @pytest.mark.parametrize("heard", ["Delivery", "person"])
    def test_beyond_it_leaves_the_message_to_be_settled(self, cloud: Cloud, heard: str) -> None:
        deliver = a_step(STEP_ONE, AT_ONCE)(cloud)
        throttled(cloud, deliver, BEYOND)
        cloud.clock.advance(minutes=LEASE)
        deliver()
        (lost,) = cloud.api.get("/v1/messages?status=unknown").json["data"]
        assert len(cloud.mails()) == 1

        if heard == "person":
            body = {"outcome": "sent", "message_ids": [lost["id"]]}
            cloud.api.post("/v1/messages/settle", body)
        else:
            tell(cloud, cloud.mails()[0], heard)

        at_rest(cloud, sent(2))
        assert len(cloud.mails()) == 2

    def test_of_what_the_provider_did_not_take_is_outlived_too(self, cloud: Cloud) -> None:
        """The claim is undone in the end: the step is due again, and nobody is asked."""
        deliver = a_step(STEP_ONE)(cloud)
        busy = SendOutcome("not_accepted", "MessageRejected: account paused", scope="rate")
        with patch.object(SesTransport, "send", lambda *_: busy):
            throttled(cloud, deliver, 20, record="UpdateItem")

        (enrollment,) = Books(cloud, cloud.api.workspace().id).enrollments
        assert (enrollment.state, enrollment.sending) == ("active", None)


class TestLateWorker:
    """A worker that hears from the provider when its lease is over, by another one's clock, which
    has found the message lost. A mail server tells of nothing later: only the worker knows."""

    @pytest.mark.parametrize("kind", ["ses", "smtp"])
    def test_settles_the_message_itself(
        self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        transport: Any = SesTransport if kind == "ses" else SmtpTransport
        send = transport.send

        def slow(*args: Any) -> SendOutcome:
            outcome: SendOutcome = send(*args)
            cloud.clock.advance(seconds=11)
            deliver()
            states.append(state(cloud))
            return outcome

        states: list[str] = []
        with local_server(cloud) as (server, smtp):
            mailbox = {"kind": "smtp", "smtp": smtp} if kind == "smtp" else {}
            deliver = a_step(STEP_ONE, **mailbox)(cloud)
            with monkeypatch.context() as patched:
                patched.setattr(transport, "send", slow)
                for user in (claims, steps):
                    patched.setattr(user, "CLAIM_LEASE", timedelta(seconds=10))
                deliver()

            assert states == ["unknown"]
            assert state(cloud) == "sent"
            assert len(server.received) + len(cloud.mails()) == 1
        (enrollment,) = Books(cloud, cloud.api.workspace().id).enrollments
        assert enrollment.state == "finished"


class TestLostAnswers:
    def test_of_the_claim_send_once_all_the_same(self, cloud: Cloud) -> None:
        deliver = a_step(STEP_ONE)(cloud)

        with cloud.wire.lose("UpdateItem"):
            deliver()

        assert state(cloud) == "sent"
        at_rest(cloud, sent(1))
        assert len(cloud.mails()) == 1

    def test_of_the_record_record_once(self, cloud: Cloud) -> None:
        deliver = a_step(STEP_ONE)(cloud)

        with cloud.wire.lose("TransactWriteItems"):
            deliver()

        at_rest(cloud, sent(1))
        assert len(cloud.mails()) == 1
