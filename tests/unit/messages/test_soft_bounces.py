"""When an address is given up because mails to it keep coming back softly."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit import clock
from outrider.messages.bounces.reasons import RULES
from outrider.messages.bounces.soft import keep_bouncing
from outrider.messages.models import Message

START = clock.from_text("2026-03-02T09:00:00Z")


def day(number: float) -> str:
    return clock.to_text(START + timedelta(days=number))


def a_mail(sent: float, bounced: float | None = None, **fields: Any) -> Message:
    """A mail sent on that day, which came back on another."""
    came_back = {"bounce": "soft", "bounce_reason": "mailbox_full"} if bounced is not None else {}
    names = ("contact_id", "campaign_id", "sequence_id", "enrollment_id", "step_id")
    return Message.model_validate(
        {
            **dict.fromkeys(names, "x"),
            "id": f"msg_{sent}",
            "state": "sent",
            "created_at": day(sent),
            "sent_at": day(sent),
            "bounced_at": None if bounced is None else day(bounced),
            **came_back,
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("mails", "is_over"),
    [
        ([a_mail(0, 0)], False),
        ([a_mail(0, 14)], False),
        ([a_mail(0, 0), a_mail(13, 13.9)], False),
        ([a_mail(0, 0), a_mail(14, 14)], True),
        ([a_mail(0, 0), a_mail(5, 5), a_mail(10, 10), a_mail(15, 15)], True),
        # A mail in between arrived, or was not heard of again.
        ([a_mail(0, 0), a_mail(7), a_mail(14, 14)], False),
        ([a_mail(0, 0), a_mail(7, delivered_at=day(7)), a_mail(14, 14)], False),
        ([a_mail(0, 0), a_mail(7), a_mail(14, 14), a_mail(28, 28)], True),
        # Somebody is there: they opened, followed or answered an older mail meanwhile.
        ([a_mail(-9, opened_at=day(3)), a_mail(0, 0), a_mail(14, 14)], False),
        ([a_mail(-9, clicked_at=day(3)), a_mail(0, 0), a_mail(14, 14)], False),
        ([a_mail(-9, replied_at=day(3)), a_mail(0, 0), a_mail(14, 14)], False),
        ([a_mail(-9, opened_at=day(-2)), a_mail(0, 0), a_mail(14, 14)], True),
        ([a_mail(-9, opened_at=day(3)), a_mail(0, 0), a_mail(14, 14), a_mail(28, 28)], True),
        # An automatic answer that SES calls a bounce.
        (
            [
                a_mail(0, 0, bounce_reason="unknown", delivered_at=day(0)),
                a_mail(14, 14, bounce_reason="unknown", delivered_at=day(14)),
            ],
            False,
        ),
        ([a_mail(0, 0, delivered_at=day(0)), a_mail(14, 14, delivered_at=day(14))], True),
        # The sender's fault says nothing, either way.
        ([a_mail(0, 0, bounce_reason="blocked"), a_mail(14, 14, bounce_reason="blocked")], False),
        ([a_mail(0, 0), a_mail(7, 7, bounce_reason="blocked"), a_mail(14, 14)], True),
    ],
)
def test_two_weeks_in_which_all_came_back(mails: list[Message], *, is_over: bool) -> None:
    assert keep_bouncing(mails) is is_over


@given(st.permutations([a_mail(0, 0), a_mail(5, 5), a_mail(10, 10), a_mail(15, 15)]))
def test_the_order_in_which_they_are_read_makes_no_difference(mails: list[Message]) -> None:
    assert keep_bouncing(mails)


@pytest.mark.parametrize("reason", RULES)
def test_causes_on_the_recipients_side_count(reason: Any) -> None:
    mails = [a_mail(sent, sent, bounce_reason=reason) for sent in (0, 14)]

    assert keep_bouncing(mails) is RULES[reason].of_recipient
