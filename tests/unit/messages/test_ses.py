"""What SES said, told truthfully: only what certainly did not go out may be tried again."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from outrider.kit.aws import clients
from outrider.mailboxes.models import Mailbox
from outrider.messages.models import Message
from outrider.messages.transports.ses import SesTransport

AT = "2026-03-02T09:00:00.000Z"
MESSAGE = Message(
    id="msg_1",
    contact_id="con_1",
    campaign_id="cam_1",
    sequence_id="seq_1",
    enrollment_id="enr_1",
    step_id="stp_1",
    mailbox_id="mbx_1",
    state="unknown",
    recipient="b@x.example",
    created_at=AT,
)
MAILBOX = Mailbox(
    id="mbx_1",
    email="a@x.example",
    daily_cap=1,
    min_gap_seconds=0,
    warmed=True,
    created_at=AT,
    updated_at=AT,
)
URL = "https://email.us-east-1.amazonaws.com"


def refusal(code: str, status: int, text: str = "") -> ClientError:
    said = {"Code": code, "Message": text}
    answer: Any = {"Error": said, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendEmail")


class FailingSes:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def send_email(self, **_: Any) -> Any:
        raise self.error


class TestSend:
    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            (refusal("TooManyRequestsException", 429), "not_accepted"),
            (refusal("SendingPausedException", 400), "not_accepted"),
            (refusal("MessageRejected", 400), "refused"),
            (refusal("BadRequestException", 400), "refused"),
            (refusal("MailFromDomainNotVerifiedException", 400), "not_accepted"),
            (refusal("AccessDeniedException", 403), "not_accepted"),
            (refusal("InternalServiceErrorException", 500), "unknown"),
            (ConnectTimeoutError(endpoint_url=URL), "not_accepted"),
            (EndpointConnectionError(endpoint_url=URL), "not_accepted"),
            (ReadTimeoutError(endpoint_url=URL), "unknown"),
            (ConnectionClosedError(endpoint_url=URL), "unknown"),
        ],
    )
    def test_tells_what_may_have_gone_out(
        self, error: Exception, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clients, "client", lambda _: FailingSes(error))

        outcome = SesTransport("wsp_1").send(MESSAGE, MAILBOX, b"")

        assert outcome.kind == kind

    def test_a_sender_that_is_not_verified_is_told_in_the_words_of_ses(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = "Email address is not verified. The following identities failed the check in region"
        error = refusal("MessageRejected", 400, f"{text} US-EAST-1: a@x.example, b@x.example")
        monkeypatch.setattr(clients, "client", lambda _: FailingSes(error))

        outcome = SesTransport("wsp_1").send(MESSAGE, MAILBOX, b"")

        assert (outcome.kind, outcome.scope) == ("not_accepted", "sender")
        assert outcome.detail == (f"MessageRejected: {text} US-EAST-1: a@x.example, (recipient)")

    def test_the_client_never_repeats_a_call(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        clients.reset()

        retries = clients.client("sesv2").meta.config.retries

        assert retries["total_max_attempts"] == 1
