"""The check of a trial's end state finds each kind of wrong state, and nothing in a right one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.end_state import EndState, Enrolled, Mail, Told, wrong

Change = Callable[[EndState], EndState]

ADA = Enrolled("ada@x.example", "one", "finished", None, {1: "sent", 2: "sent"})
BOB = Enrolled("bob@x.example", "one", "paused", "unknown_outcome", {1: "unknown"})
CY = Enrolled("cy@x.example", "two", "opted_out", None, {1: "sent"})
RIGHT = EndState(
    steps=2,
    enrolled=(ADA, BOB, CY),
    mails=(
        Mail(ADA.address, "one", 1, "msg_1"),
        Mail(CY.address, "two", 1, "msg_2"),
        Mail(ADA.address, "one", 2, "msg_3"),
    ),
    left={CY.address: 1},
    feed=(
        Told("evt_1", 1, "webhook.created"),
        Told("evt_2", 2, "email.sent", "msg_1"),
        Told("evt_3", 3, "email.sent", "msg_2"),
        Told("evt_4", 4, "email.sent", "msg_3"),
    ),
    owed_after=1,
    received=frozenset({"evt_2", "evt_3", "evt_4"}),
    refused=0,
    counted={"sent": 3},
    recounted={"sent": 3},
)


def enrolled(old: Enrolled, **changes: object) -> Change:
    def change(end: EndState) -> EndState:
        new = replace(old, **changes)  # type: ignore[arg-type]
        return replace(end, enrolled=[new if each is old else each for each in end.enrolled])

    return change


def mailed(*more: Mail) -> Change:
    return lambda end: replace(end, mails=[*end.mails, *more])


def told(*feed: Told) -> Change:
    return lambda end: replace(end, feed=[*end.feed[:-1], *feed])


WRONG: dict[str, Change] = {
    "ada@x.example in one got step 2 2 times": mailed(Mail(ADA.address, "one", 2, "msg_4")),
    "bob@x.example in one is active, blocked by None": enrolled(
        BOB, state="active", blocked_reason=None
    ),
    "bob@x.example in one is paused, blocked by None": enrolled(BOB, blocked_reason=None),
    "ada@x.example in one is sending, blocked by None": enrolled(ADA, state="sending"),
    "ada@x.example in one is finished without step 2": lambda end: replace(
        enrolled(ADA, messages={1: "sent"})(end), mails=end.mails[:2], feed=end.feed[:3]
    ),
    "bob@x.example in one is finished though nobody knows about step 1": enrolled(
        BOB, state="finished", messages={1: "unknown", 2: "skipped"}
    ),
    "ada@x.example in one never got step 2, whose message is sent": lambda end: replace(
        end, mails=end.mails[:2], feed=end.feed[:3]
    ),
    "bob@x.example in one got step 2, whose message is None": mailed(
        Mail(BOB.address, "one", 2, "msg_4")
    ),
    "eve@x.example got step 1 of one without being enrolled": mailed(
        Mail("eve@x.example", "one", 1, "msg_4")
    ),
    "cy@x.example got 1 after the answer to their unsubscribing": lambda end: replace(
        end, left={CY.address: 0}
    ),
    "cy@x.example in two is opted_out, blocked by None": lambda end: replace(end, left={}),
    "cy@x.example in two is stopped, blocked by None": enrolled(CY, state="stopped"),
    "cy@x.example in two is paused, blocked by by_request": enrolled(
        CY, state="paused", blocked_reason="by_request"
    ),
    "the feed has gaps at [4] and 0 places twice": told(Told("evt_4", 5, "email.sent", "msg_3")),
    "the feed has gaps at [] and 1 places twice": told(Told("evt_4", 3, "email.sent", "msg_3")),
    "the feed has ['evt_3'] twice": told(Told("evt_3", 4, "email.sent", "msg_3")),
    "email.sent of msg_3 was told 0 times": told(Told("evt_4", 4, "contact.updated")),
    "email.sent of msg_3 was told 2 times": lambda end: replace(
        end,
        feed=[*end.feed, Told("evt_5", 5, "email.sent", "msg_3")],
        received=end.received | {"evt_5"},
    ),
    "email.sent was told of ['msg_9'], which never arrived": lambda end: replace(
        end,
        feed=[*end.feed, Told("evt_5", 5, "email.sent", "msg_9")],
        received=end.received | {"evt_5"},
    ),
    "the receiver misses 1 events: {'email.sent': 1}": lambda end: replace(
        end, received=end.received - {"evt_3"}
    ),
    "1 requests to the receiver had no valid signature": lambda end: replace(end, refused=1),
    "sent is counted as 4, and there are 3": lambda end: replace(end, counted={"sent": 4}),
    "failed is counted as 0, and there are 1": lambda end: replace(
        end, recounted={"sent": 3, "failed": 1}
    ),
}


class TestWrong:
    def test_finds_nothing_where_all_is_well(self) -> None:
        assert list(wrong(RIGHT)) == []

    def test_lets_a_mail_arrive_that_nobody_knows_about(self) -> None:
        arrived = mailed(Mail(BOB.address, "one", 1, "msg_4"))(RIGHT)

        assert list(wrong(arrived)) == []

    @pytest.mark.parametrize(("finding", "change"), WRONG.items(), ids=WRONG)
    def test_finds(self, finding: str, change: Change) -> None:
        assert finding in list(wrong(change(RIGHT)))
