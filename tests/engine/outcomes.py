"""What has to have come of a scenario, wherever its handlers died."""

from collections import Counter
from collections.abc import Callable

from outrider.kit import clock
from tests.engine.invariants import Books
from tests.harness.cloud import Cloud


def sent(count: int, *, unknown: bool = False) -> Callable[[Cloud, Books], None]:
    """So many messages went out and everybody is through; or, if that may be, the worker died with
    a message in its hands: it is unknown, and a person has to look at it."""

    def check(cloud: Cloud, books: Books) -> None:
        states = Counter(message.state for message in books.outgoing)
        if unknown and states["unknown"]:
            assert [each.blocked_reason for each in books.enrollments] == ["unknown_outcome"]
            assert [each.state for each in books.enrollments] == ["paused"]
        else:
            assert states == {"sent": count}, states
            assert {each.state for each in books.enrollments} == {"finished"}, books.enrollments
            (campaign,) = books.campaigns.values()
            assert campaign["status"] == "completed", campaign

    return check


def sent_for_one_unit(cloud: Cloud, books: Books) -> None:
    sent(1, unknown=True)(cloud, books)
    (mailbox,) = cloud.api.get("/v1/mailboxes").json["data"]
    assert mailbox["used_today"] == 1


def task_due(cloud: Cloud, books: Books) -> None:
    assert [message.state for message in books.outgoing] == ["pending"]
    assert [each.state for each in books.enrollments] == ["waiting"]


def task_expired(cloud: Cloud, books: Books) -> None:
    states = {message.channel: message.state for message in books.outgoing}
    assert states == {"call": "expired", "email": "sent"}


def task_done(cloud: Cloud, books: Books) -> None:
    assert [message.state for message in books.outgoing] == ["completed"]
    assert [each.state for each in books.enrollments] == ["finished"]


def parked(cloud: Cloud, books: Books) -> None:
    assert [each["status"] for each in books.campaigns.values()] == ["paused"]
    assert [each.state for each in books.enrollments] == ["active"]
    assert len(cloud.mails()) == 1
    assert books.told("campaign.paused", "campaign_id").total() == 1


def bounced(cloud: Cloud, books: Books) -> None:
    """The enrollment ends, the address is suppressed, and the mailbox's bounce is counted, once."""
    ended("bounced", mails=0)(cloud, books)
    assert [message.state for message in books.outgoing] == ["failed"]
    assert books.told("contact.suppressed", "contact_id").total() == 1
    assert books.told("email.bounced", "message_id").total() == 1
    (told,) = cloud.api.get("/v1/deliverability").json["mailboxes"]
    assert told["results"]["bounced"]["numerator"] == 1


def bounced_or_unknown(cloud: Cloud, books: Books) -> None:
    """The worker may have died with the refusal."""
    if [message.state for message in books.outgoing] == ["unknown"]:
        ended("paused", mails=0)(cloud, books)
    else:
        bounced(cloud, books)


def put_back(cloud: Cloud, books: Books) -> None:
    """The step is due, and does not wait for the lease of its job."""
    (enrollment,) = books.enrollments
    assert enrollment.state == "active"
    assert clock.from_text(enrollment.due_at or "") < cloud.clock.now
    assert not cloud.mails()


def put_back_and_paused(cloud: Cloud, books: Books) -> None:
    """The step is due, and waits for a person alone."""
    (enrollment,) = books.enrollments
    assert (enrollment.state, enrollment.blocked_reason) == ("paused", "by_person")
    assert clock.from_text(enrollment.due_at or "") < cloud.clock.now
    assert not cloud.mails()


def resumed(cloud: Cloud, books: Books) -> None:
    sent(2)(cloud, books)
    assert books.told("campaign.resumed", "campaign_id").total() == 1


def ended(state: str, mails: int) -> Callable[[Cloud, Books], None]:
    def check(cloud: Cloud, books: Books) -> None:
        assert [each.state for each in books.enrollments] == [state]
        assert len(cloud.mails()) == mails

    return check


def sent_at_last(cloud: Cloud, books: Books) -> None:
    """The first try failed, and another took its place."""
    states = Counter(message.state for message in books.outgoing)
    assert states == {"failed": 1, "sent": 2}, states
    assert [each.state for each in books.enrollments] == ["finished"]


def put_off(reason: str) -> Callable[[Cloud, Books], None]:
    def check(cloud: Cloud, books: Books) -> None:
        assert [each.blocked_reason for each in books.enrollments] == [reason]
        assert [each.state for each in books.enrollments] == ["active"]
        assert len(cloud.mails()) == 1

    return check


def opted_out(cloud: Cloud, books: Books) -> None:
    ended("opted_out", mails=1)(cloud, books)
    for name in ("contact.unsubscribed", "contact.suppressed"):
        assert books.told(name, "contact_id").total() == 1, name


def settled(said: str) -> Callable[[Cloud, Books], None]:
    """Nothing comes of it for an enrollment that had ended before."""

    def check(cloud: Cloud, books: Books) -> None:
        ended("stopped", mails=said == "sent")(cloud, books)
        assert [each.state for each in books.outgoing] == ["sent" if said == "sent" else "failed"]

    return check


def answered(cloud: Cloud, books: Books) -> None:
    ended("replied", mails=1)(cloud, books)
    assert [each.state for each in books.outgoing] == ["sent"]
