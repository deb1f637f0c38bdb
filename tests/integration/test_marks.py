"""What becomes of a mail is noted once, in any order, whatever it happened to."""

from itertools import permutations

from outrider.access.models import Caller
from outrider.kit import clock
from outrider.messages.models import Message
from outrider.messages.tracking.marks import Marks
from outrider.messages.wiring import marks, opt_outs
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import crash_points
from tests.integration.outreach import STEP_ONE, STEP_TWO, launched
from tests.integration.test_links import counts, feed

MARKS = ("delivered", "opened", "opened_by_machine", "clicked")
TIMES = ("delivered_at", "opened_at", "machine_opened_at", "clicked_at")


def make(marks: Marks, name: str, message: Message) -> bool:
    match name:
        case "delivered":
            return marks.delivered(message, clock.now())
        case "clicked":
            return marks.clicked(message, clock.now())
        case _:
            return marks.opened(message, clock.now(), machine=name == "opened_by_machine")


def sent(cloud: Cloud, api: Api) -> list[Message]:
    items = [item for item in cloud.items("messages", api.workspace().id) if "state" in item]
    return sorted(map(Message.from_item, items), key=lambda message: message.created_at)


class TestMarks:
    def test_are_made_once_in_any_order(self, api: Api, cloud: Cloud) -> None:
        orders = list(permutations(MARKS))
        campaign = launched(api, contacts=len(orders), steps=(STEP_ONE, STEP_TWO))
        cloud.run(hours=1)
        made = marks(Caller.engine(api.workspace().id))

        for message, order in zip(sent(cloud, api), orders, strict=True):
            first = [make(made, name, message) for name in order]
            again = [make(made, name, message) for name in order]
            assert (first, again) == ([True] * 4, [False] * 4)
        cloud.drain()

        assert all(getattr(each, time) for each in sent(cloud, api) for time in TIMES)
        expected = dict.fromkeys(MARKS, len(orders))
        assert counts(cloud, api, campaign) == {**expected, "sent": len(orders)}
        enrollments = cloud.items("enrollments", api.workspace().id)
        assert all(each["opened_at"] and each["clicked_at"] for each in enrollments)
        assert len(feed(api, "email.opened")) == 2 * len(orders)
        assert len(feed(api, "email.delivered")) == len(feed(api, "email.clicked")) == len(orders)

    def test_survive_a_crash_at_each_call(self, api: Api, cloud: Cloud) -> None:
        points = [(name, *point) for name in MARKS for point in crash_points(1)]
        campaign = launched(api, contacts=len(points), steps=(STEP_ONE, STEP_TWO))
        cloud.run(hours=1)
        made = marks(Caller.engine(api.workspace().id))

        for message, (name, number, when) in zip(sent(cloud, api), points, strict=True):
            with cloud.wire.crash_at(number, when):
                make(made, name, message)
            make(made, name, message)
            make(made, name, message)
        cloud.drain()

        assert counts(cloud, api, campaign) == {**dict.fromkeys(MARKS, 2), "sent": len(points)}
        assert len(feed(api, "email.opened")) == 4

    def test_are_counted_once_wherever_the_relay_dies(self, api: Api, cloud: Cloud) -> None:
        """What brings them is counted in the transaction that records it, and comes again."""
        campaign = launched(api, contacts=12, steps=(STEP_ONE, STEP_TWO))
        cloud.run(hours=1)
        made = marks(Caller.engine(api.workspace().id))
        cuts = 0

        for number, message in enumerate(sent(cloud, api), 1):
            make(made, "delivered", message)
            with cloud.wire.crash_at(number, "after") as died:
                cloud.drain()
            cuts += died()
            cloud.drain()

        assert 3 < cuts < 12
        assert counts(cloud, api, campaign) == {"sent": 12, "delivered": 12}

    def test_of_a_second_mail_leave_the_enrollment_as_it_is(self, api: Api, cloud: Cloud) -> None:
        launched(api, steps=(STEP_ONE, STEP_TWO))
        cloud.run(hours=4)
        made = marks(Caller.engine(api.workspace().id))
        first, second = sent(cloud, api)
        made.opened(first, clock.now(), machine=False)
        (before,) = cloud.items("enrollments", api.workspace().id)
        cloud.clock.advance(hours=1)

        assert made.opened(second, clock.now(), machine=False)

        assert cloud.items("enrollments", api.workspace().id) == [before]

    def test_of_a_message_that_is_gone_change_nothing(self, api: Api, cloud: Cloud) -> None:
        launched(api)
        cloud.run(hours=1)
        (message,) = sent(cloud, api)
        api.post(f"/v1/contacts/{message.contact_id}/erase")
        made = marks(Caller.engine(api.workspace().id))

        with cloud.writes() as written:
            assert [make(made, name, message) for name in MARKS] == [False] * 4

        assert written == []


class TestComplaint:
    def test_is_an_opt_out_of_its_own_name(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        cloud.run(hours=1)
        (message,) = sent(cloud, api)
        opt_out = opt_outs(Caller.engine(api.workspace().id))

        for _ in range(2):
            known = opt_out.record(
                message.contact_id, message.id, "complained", clock.now(), "Told by SES"
            )
            assert known
        cloud.run(hours=4)

        assert len(cloud.mails()) == 1
        (suppression,) = api.get("/v1/suppressions").json["data"]
        assert suppression["reason"] == "complained"
        assert suppression["evidence"].startswith(f"Told by SES: {message.id}, 2026-03-02T")
        assert counts(cloud, api, campaign) == {"sent": 1, "complained": 1}
        assert len(feed(api, "email.complained")) == len(feed(api, "contact.unsubscribed")) == 1
        (ended,) = feed(api, "enrollment.finished")
        assert (ended["status"], ended["reason"]) == ("opted_out", "complained")
