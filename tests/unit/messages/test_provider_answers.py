"""What real providers answer is told apart: the recipient, the mail, the sender, the rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.messages.bounces import diagnosis
from outrider.messages.transports.aws_errors import of_ses, of_sns
from outrider.messages.transports.smtp_replies import Stage, classify
from tests.unit.messages.provider_answers import ANSWERS, TO, Answer
from tests.unit.messages.provider_api_errors import API_ERRORS, ApiError
from tests.unit.messages.server_answers import ANSWERS as IN_REPORTS
from tests.unit.messages.server_answers import ServerAnswer

FINAL = {"recipient", "content"}
"""Refusals that end what was to be sent."""
STAGES: list[Stage] = ["CONNECT", "LOGIN", "MAIL", "RCPT", "DATA", "END"]


class TestTable:
    @pytest.mark.parametrize("answer", ANSWERS, ids=lambda each: f"{each.provider} {each.text:.40}")
    def test_reply_of_an_smtp_server(self, answer: Answer) -> None:
        verdict = classify(answer.stage, answer.code, answer.text)

        kind = "refused" if answer.scope in FINAL else "not_accepted"
        assert verdict == (kind, answer.scope)

    @pytest.mark.parametrize("error", API_ERRORS, ids=lambda each: f"{each.code} {each.text:.40}")
    def test_error_of_an_aws_api(self, error: ApiError) -> None:
        ses = error.api == "ses"
        verdict = of_ses(error.code, error.text, TO) if ses else of_sns(error.code, error.text)

        kind = "refused" if error.scope in FINAL else "not_accepted"
        assert verdict == (kind, error.scope)

    def test_covers_the_large_providers(self) -> None:
        assert len(ANSWERS) + len(API_ERRORS) >= 180
        assert {"Gmail", "Google Workspace", "Microsoft 365", "Yahoo", "Zoho", "OVH"} <= {
            each.provider for each in ANSWERS
        }


class TestEveryReply:
    @given(st.sampled_from(STAGES), st.integers(400, 499), st.text(max_size=60))
    def test_a_temporary_one_ends_nothing(self, stage: Stage, code: int, text: str) -> None:
        assert classify(stage, code, text).kind == "not_accepted"

    @given(st.sampled_from(["CONNECT", "LOGIN", "MAIL"]), st.integers(500, 599), st.text())
    def test_one_before_the_recipient_is_named_is_not_about_the_recipient(
        self, stage: Stage, code: int, text: str
    ) -> None:
        assert classify(stage, code, text).scope != "recipient"

    @pytest.mark.parametrize("answer", IN_REPORTS, ids=lambda each: f"{each.text:.50}")
    def test_hard_answer_means_the_same_at_the_handover_and_in_a_report(
        self, answer: ServerAnswer
    ) -> None:
        text = answer.text.rpartition("; ")[2]
        code = diagnosis.code_of("", text)
        hard = diagnosis.judge(code, f"550 {text}").kind == "hard"

        assert (classify("RCPT", 550, text).scope == "recipient") == hard

    @given(
        st.sampled_from(STAGES), st.integers(-1, 999).filter(lambda code: code // 100 not in (4, 5))
    )
    def test_one_without_meaning_leaves_open_only_what_was_sent(
        self, stage: Stage, code: int
    ) -> None:
        assert classify(stage, code, "").kind == ("unknown" if stage == "END" else "not_accepted")
