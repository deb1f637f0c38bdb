"""Failures of deliveries as mail servers word them, and what they say about the address."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.messages.bounces import diagnosis as diagnoses
from outrider.messages.bounces.reasons import HARD, RULES
from tests.unit.messages.server_answers import ANSWERS, ServerAnswer

CODES = st.from_regex(r"[45]\.[0-7]\.\d{1,3}", fullmatch=True) | st.just("")


class TestTable:
    @pytest.mark.parametrize(
        "answer", ANSWERS, ids=lambda each: f"{each.server} {each.status} {each.text:.50}"
    )
    def test_answer_of_a_server(self, answer: ServerAnswer) -> None:
        code = diagnoses.code_of(answer.status, answer.text)

        kind = "hard" if answer.reason in HARD else "soft"
        assert diagnoses.judge(code, answer.text) == (kind, answer.reason)

    def test_has_all_reasons_that_a_server_can_give(self) -> None:
        assert len(ANSWERS) >= 200
        ours = {"kept_bouncing", "suppressed", "forwarding"}
        assert {each.reason for each in ANSWERS} == (HARD | RULES.keys()) - ours

    def test_is_told_on_the_page_of_replies(self) -> None:
        page = (Path(__file__).parents[3] / "docs" / "replies.md").read_text(encoding="utf-8")
        _, _, table = page.partition("### Why an email bounces")

        rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
        told = {name: row for row in rows[1:] for name in re.findall("`(.*?)`", row[1])}
        assert told.keys() == HARD | RULES.keys()
        assert {name for name, row in told.items() if row[3].strip() == "hard"} == HARD
        counting = {name for name, row in told.items() if row[5].strip() == "yes"}
        assert counting == {reason for reason, rule in RULES.items() if rule.of_recipient}


class TestEveryAnswer:
    @given(CODES, st.integers(400, 499), st.text(max_size=80))
    def test_that_puts_the_mail_off_is_soft(self, code: str, reply: int, text: str) -> None:
        assert diagnoses.judge(code, f"smtp; {reply} {text}").kind == "soft"

    @given(st.sampled_from(["", "5.0.0", "5.1.0", "5.9.9"]), st.sampled_from(["", "550", "554 no"]))
    def test_that_says_nothing_is_soft(self, code: str, text: str) -> None:
        assert diagnoses.judge(code, text) == ("soft", "unknown")

    @given(st.sampled_from(ANSWERS), st.sampled_from(["5.1.1", "5.0.0", "5.7.1"]))
    def test_that_names_another_cause_is_soft_whatever_its_code(
        self, answer: ServerAnswer, code: str
    ) -> None:
        named = "blocked using zen.spamhaus.org"
        text = f"smtp; 550 {code} {answer.text.rpartition('; ')[2]} {named}"

        assert diagnoses.judge(code, text).kind == "soft"


@pytest.mark.parametrize("code", ["", "5.0.0"])
@pytest.mark.parametrize(
    "answer",
    [
        "550 The sending user is unknown to us",
        "550 Sender's mailbox does not exist, callback failed",
        "550 Sender account is disabled",
        "550 The account of the sender was suspended",
        "550 Bad address syntax in From",
        "550 Command not recognized, unknown user agent",
        "550 host 192.0.2.7 unknown",
        "550 Your host name does not resolve",
        "550 reverse DNS name does not exist",
        "550 DKIM key not found for domain acme.example",
        "550 This server does not accept mail from unknown users",
        "550 recipient only accepts mail from known users",
        "550 Recipient's filter: sender not found in address book",
        "550 the mailbox is currently not available, try again later",
        "550 Unknown encoding of the attachment name",
        "550 Authentication failed: unknown user",
        "550 Your domain acme.example is unknown here",
        "550 Too many invalid users",
    ],
)
def test_words_about_another_one_than_the_recipient_are_soft(code: str, answer: str) -> None:
    assert diagnoses.judge(code, answer).kind == "soft"


@pytest.mark.parametrize(
    ("status", "diagnosis", "code"),
    [
        ("5.1.1 (bad destination mailbox)", "smtp; 550 5.7.1 no", "5.1.1"),
        ("5.0.0", "smtp; 452-4.2.2 full", "4.2.2"),
        ("5.0.0", "smtp; 550 no", "5.0.0"),
        ("", "smtp; 550 5.1.1 no", "5.1.1"),
        ("", "connect to mx[5.1.1.25]:25 failed", ""),
    ],
)
def test_the_code_that_says_more(status: str, diagnosis: str, code: str) -> None:
    assert diagnoses.code_of(status, diagnosis) == code
