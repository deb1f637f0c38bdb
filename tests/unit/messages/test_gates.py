"""The gates of a step, as a table: what was read, and which gates are closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from outrider.campaigns.models import Campaign, Enrollment
from outrider.contacts.models import Verification
from outrider.contacts.suppressions.models import Suppression
from outrider.contacts.touches import Touch
from outrider.mailboxes.health.breaker import Breaker
from outrider.messages.sending import gates
from outrider.messages.sending.snapshot import SendingMailbox, SendRestrictions, Snapshot, Supply
from outrider.sequences.models import Settings, Step, Variant
from tests.unit.messages.writing import AT, LINKS, MESSAGE, a_contact, a_mailbox

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
TOMORROW = datetime(2026, 3, 3, 0, 0, 1, tzinfo=UTC)  # at the second that the enrollment's id gives
STEP = Step(
    id="stp_1",
    channel="email",
    wait_value=0,
    wait_unit="days",
    condition="always",
    variants=[Variant(id="a", subject="Hello", text="Hi {{ first_name }}")],
)
NOTHING = SendRestrictions(suppressions=[], bounced_elsewhere=False, company_replied=False)
PLENTY = Supply(senders=[SendingMailbox(a_mailbox(), 0)], used_by_campaign=0, used_by_company=0)
WINDOW = {"days": ["tue"], "start": "09:00", "end": "17:00"}


def an_enrollment(**fields: Any) -> Enrollment:
    made = {
        "id": "enr_00000000000000000000000001",
        "campaign_id": "cam_1",
        "contact_id": a_contact().id,
        "sequence_id": "seq_1",
        "steps_version": 1,
        "step_id": STEP.id,
        "company_key": "com_1",
        "created_at": AT,
        "updated_at": AT,
    }
    return Enrollment.model_validate({**made, **fields})


def a_campaign(**fields: Any) -> Campaign:
    made = {
        "id": "cam_1",
        "name": "One",
        "sequence_id": "seq_1",
        "steps_version": 1,
        "mailbox_pool": "pool_default",
        "status": "active",
        "created_at": AT,
        "updated_at": AT,
    }
    return Campaign.model_validate({**made, **fields})


def seen(**changes: Any) -> Snapshot:
    everything = Snapshot(
        message_id=MESSAGE,
        links=LINKS,
        campaign=a_campaign(),
        steps=[STEP],
        enrollment=an_enrollment(),
        contact=a_contact(first_name="Ada"),
        mailbox=a_mailbox(),
        message=None,
        standing=NOTHING,
        supply=PLENTY,
    )
    return replace(everything, **changes)


def closed(snapshot: Snapshot, step: Step = STEP) -> list[str]:
    assert snapshot.enrollment
    return [
        f"{gate.gate}: {gate.reason}"
        for gate in gates.closed(snapshot, snapshot.enrollment, step, NOW)
    ]


def what_follows(gate: gates.Closed) -> str:
    match gate.then:
        case gates.Stay():
            return "stay"
        case gates.End(state):
            return f"end {state}"
        case gates.Defer(until) if until == TOMORROW:
            return "tomorrow"
        case gates.Defer(until):
            somebody = ", by somebody" if gate.waits_for_somebody else ""
            return f"after {until - NOW}{somebody}"


def rules(**settings: Any) -> dict[str, Any]:
    return {"campaign": a_campaign(settings=Settings(**settings))}


def supply(**changes: Any) -> dict[str, Any]:
    return {"supply": replace(PLENTY, **changes)}


def standing(**changes: Any) -> dict[str, Any]:
    return {"standing": replace(NOTHING, **changes)}


BY_HAND = Suppression(id="sup_a1", kind="address", reason="manual", created_at=AT)
BY_OTHER_CAMPAIGN = {"touch": Touch("2026-03-02T08:00:00.000Z", "cam_2")}


class TestClosed:
    def test_nothing_is_closed_for_a_step_that_can_go_out(self) -> None:
        assert closed(seen()) == []

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"links": None}, "workspace: workspace_gone -> stay"),
            ({"suspended": True}, "workspace: workspace_suspended -> stay"),
            ({"campaign": a_campaign(status="paused")}, "campaign: campaign_paused -> stay"),
            ({"enrollment": an_enrollment(state="paused")}, "enrollment: paused -> stay"),
            ({"enrollment": an_enrollment(state="stopped")}, "enrollment: stopped -> stay"),
            ({"campaign": a_campaign(status="draft")}, "campaign: campaign_draft -> stay"),
            ({"campaign": None}, "campaign: campaign_gone -> stay"),
            (
                {"enrollment": an_enrollment(in_review="msg_1")},
                "review: needs_review -> after 1 day, 0:00:00, by somebody",
            ),
            ({"contact": None}, "contact: contact_deleted -> end stopped"),
            (
                {
                    "contact": a_contact(
                        first_name="Ada",
                        verification=Verification(verdict="invalid", checked_at=AT),
                    )
                },
                "address: invalid_address -> end failed",
            ),
            (
                {"contact": a_contact(first_name="Ada", status="bounced")},
                "address: address_bounced -> end bounced",
            ),
            (standing(suppressions=[BY_HAND]), "suppression: suppressed_address -> end opted_out"),
            (standing(bounced_elsewhere=True), "suppression: hard_bounce -> end bounced"),
            (
                {"contact": a_contact(first_name="Ada", status="unsubscribed")},
                "opted_out: unsubscribed -> end opted_out",
            ),
            ({"enrollment": an_enrollment(replied_at=AT)}, "replied: replied -> end replied"),
            (
                standing(company_replied=True),
                "company_replied: company_replied -> end company_replied",
            ),
            (
                {"rivals": [an_enrollment(campaign_id="cam_2")]},
                "exclusivity: in_other_active_campaign -> after 12:00:00",
            ),
            (
                {
                    **rules(min_interval_hours=4),
                    **BY_OTHER_CAMPAIGN,
                },
                "interval: recently_contacted -> after 3:00:00",
            ),
            (rules(windows=[WINDOW]), "window: outside_window -> after 1 day, 0:00:00"),
            (
                supply(senders=[SendingMailbox(a_mailbox(), 1)]),
                "mailbox_cap: mailbox_cap -> tomorrow",
            ),
            (
                {**rules(daily_limit=3), **supply(used_by_campaign=3)},
                "campaign_limit: campaign_limit -> tomorrow",
            ),
            (
                {**rules(company_daily_limit=2), **supply(used_by_company=2)},
                "company_limit: company_limit -> tomorrow",
            ),
            (supply(senders=[]), "mailbox: no_mailbox -> after 1:00:00, by somebody"),
            (
                {**supply(senders=[]), "mailbox": None},
                "mailbox: no_mailbox -> after 1:00:00, by somebody",
            ),
            (
                supply(senders=[SendingMailbox(a_mailbox(status="paused"), 0)]),
                "mailbox: mailbox_paused -> after 1:00:00, by somebody",
            ),
            (
                supply(senders=[SendingMailbox(a_mailbox(verified_by=None), 0)]),
                "mailbox: mailbox_unverified -> after 1:00:00, by somebody",
            ),
            (
                supply(senders=[SendingMailbox(a_mailbox(health="failing"), 0)]),
                "mailbox: mailbox_unhealthy -> after 1:00:00, by somebody",
            ),
        ],
    )
    def test_names_the_gate_and_why_and_what_follows(
        self, changes: dict[str, Any], expected: str
    ) -> None:
        snapshot = seen(**changes)
        assert snapshot.enrollment

        found = [
            f"{gate.gate}: {gate.reason} -> {what_follows(gate)}"
            for gate in gates.closed(snapshot, snapshot.enrollment, STEP, NOW)
        ]

        assert expected in found

    def test_tells_them_all_in_one_order(self) -> None:
        settings = rules(windows=[WINDOW], daily_limit=1, min_interval_hours=4)
        found = closed(
            seen(
                **settings,
                **BY_OTHER_CAMPAIGN,
                **standing(suppressions=[BY_HAND]),
                **supply(used_by_campaign=1, senders=[SendingMailbox(a_mailbox(), 1)]),
                contact=a_contact(status="unsubscribed"),
            )
        )

        assert [gate.partition(":")[0] for gate in found] == [
            "suppression",
            "opted_out",
            "interval",
            "window",
            "mailbox_cap",
            "campaign_limit",
            "content",
        ]

    def test_every_gate_that_waits_says_until_when(self) -> None:
        snapshot = seen(**rules(windows=[WINDOW], daily_limit=1), **supply(used_by_campaign=1))
        assert snapshot.enrollment
        found = {
            gate.gate: gate.until for gate in gates.closed(snapshot, snapshot.enrollment, STEP, NOW)
        }

        assert found["window"] == NOW + timedelta(days=1)
        tomorrow = datetime(2026, 3, 3, tzinfo=UTC)
        limit = found["campaign_limit"] or NOW
        assert tomorrow <= limit < tomorrow + timedelta(hours=1)

    def test_a_variable_without_a_value_fails_the_enrollment(self) -> None:
        (found,) = gates.closed(seen(contact=a_contact()), an_enrollment(), STEP, NOW)

        assert (found.gate, found.then) == ("content", gates.End("failed"))

    def test_a_text_message_needs_a_number_and_no_mailbox(self) -> None:
        sms = STEP.model_copy(update={"channel": "sms"})
        without = seen(**supply(senders=[]))
        numbered = a_contact(first_name="Ada", phone="+4915112345678")

        assert closed(without, sms) == ["address: no_phone"]
        assert closed(replace(without, contact=numbered), sms) == []

    @pytest.mark.parametrize(
        ("enrollment", "remedy"),
        [
            (an_enrollment(state="failed"), "POST /v1/campaigns/{id}/retry"),
            (an_enrollment(state="failed", exit_reason="erased"), "Nothing: "),
            (an_enrollment(state="finished"), "Nothing: "),
            (an_enrollment(state="paused"), "POST /v1/enrollments/{id}/resume"),
            (
                an_enrollment(state="paused", blocked_reason="unknown_outcome"),
                "POST /v1/messages/{id}/settle",
            ),
        ],
    )
    def test_the_remedy_of_an_enrollment_is_the_call_that_helps(
        self, enrollment: Enrollment, remedy: str
    ) -> None:
        (found,) = gates.running(seen(), enrollment)

        assert remedy in found.remedy

    def test_a_mailbox_that_tries_again_by_itself_is_waited_for(self) -> None:
        later = "2999-03-02T09:30:00.000Z"
        breaker = Breaker(reason="unreachable", detail="", since=AT, retry_at=later)
        failing = a_mailbox(health="failing", breaker=breaker)
        snapshot = seen(**supply(senders=[SendingMailbox(failing, 0)]))
        assert snapshot.enrollment

        (found,) = gates.closed(snapshot, snapshot.enrollment, STEP, NOW)

        assert found.then == gates.Defer(NOW.replace(year=2999, minute=30))

    def test_without_the_supply_the_mailbox_of_the_step_decides(self) -> None:
        paused = a_mailbox(status="paused")

        assert closed(seen(supply=None)) == []
        assert closed(seen(supply=None, mailbox=paused)) == ["mailbox: mailbox_paused"]
        assert closed(seen(supply=None, mailbox=None)) == ["mailbox: no_mailbox"]

    @pytest.mark.parametrize(
        ("touch", "found"),
        [
            (Touch("2026-03-02T05:00:00.000Z", "cam_2"), []),  # four hours ago: no longer
            (Touch("2026-03-02T05:00:00.001Z", "cam_2"), ["interval: recently_contacted"]),
            (Touch("2026-03-02T08:59:00.000Z", "cam_1"), []),  # by the campaign itself
        ],
    )
    def test_only_other_campaigns_start_the_interval(self, touch: Touch, found: list[str]) -> None:
        assert closed(seen(touch=touch, **rules(min_interval_hours=4))) == found

    def test_who_answered_gets_what_goes_on_after_a_reply_though_a_colleague_did_too(self) -> None:
        both = seen(enrollment=an_enrollment(replied_at=AT), **standing(company_replied=True))

        assert closed(both) == ["replied: replied"]

    @pytest.mark.parametrize("used", [2, 3])
    def test_limits_hold_from_the_last_that_they_allow(self, used: int) -> None:
        limited = rules(daily_limit=3, company_daily_limit=3)
        counted = supply(used_by_campaign=used, used_by_company=used)

        assert len(closed(seen(**limited, **counted))) == (2 if used == 3 else 0)
