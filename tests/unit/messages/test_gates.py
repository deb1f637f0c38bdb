"""The gates of a step, as a table: what was read, and which gates are closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from outrider.campaigns.models import Campaign, Enrollment
from outrider.contacts.models import Verification
from outrider.contacts.suppressions.models import Suppression
from outrider.contacts.touches import Touch
from outrider.messages.sending import gates
from outrider.messages.sending.snapshot import SendingMailbox, SendRestrictions, Snapshot, Supply
from outrider.sequences.models import Settings, Step, Variant
from tests.unit.messages.writing import AT, LINKS, MESSAGE, a_contact, a_mailbox

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
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
            ({"links": None}, "workspace: workspace_gone"),
            ({"campaign": a_campaign(status="paused")}, "campaign: campaign_paused"),
            ({"enrollment": an_enrollment(state="paused")}, "enrollment: paused"),
            ({"enrollment": an_enrollment(state="stopped")}, "enrollment: stopped"),
            ({"contact": None}, "contact: contact_deleted"),
            (
                {
                    "contact": a_contact(
                        first_name="Ada",
                        verification=Verification(verdict="invalid", checked_at=AT),
                    )
                },
                "address: invalid_address",
            ),
            (
                {"contact": a_contact(first_name="Ada", status="bounced")},
                "address: address_bounced",
            ),
            (standing(suppressions=[BY_HAND]), "suppression: suppressed_address"),
            (standing(bounced_elsewhere=True), "suppression: hard_bounce"),
            (
                {"contact": a_contact(first_name="Ada", status="unsubscribed")},
                "opted_out: unsubscribed",
            ),
            ({"enrollment": an_enrollment(replied_at=AT)}, "replied: replied"),
            (standing(company_replied=True), "company_replied: company_replied"),
            (
                {"rivals": [an_enrollment(campaign_id="cam_2")]},
                "exclusivity: in_other_active_campaign",
            ),
            (
                {
                    **rules(min_interval_hours=4),
                    **BY_OTHER_CAMPAIGN,
                },
                "interval: recently_contacted",
            ),
            (rules(windows=[WINDOW]), "window: outside_window"),
            (supply(senders=[SendingMailbox(a_mailbox(), 1)]), "mailbox_cap: mailbox_cap"),
            (
                {**rules(daily_limit=3), **supply(used_by_campaign=3)},
                "campaign_limit: campaign_limit",
            ),
            (
                {**rules(company_daily_limit=2), **supply(used_by_company=2)},
                "company_limit: company_limit",
            ),
            (supply(senders=[]), "mailbox: no_mailbox"),
            ({**supply(senders=[]), "mailbox": None}, "mailbox: no_mailbox"),
            (
                supply(senders=[SendingMailbox(a_mailbox(status="paused"), 0)]),
                "mailbox: mailbox_paused",
            ),
            (
                supply(senders=[SendingMailbox(a_mailbox(verified_by=None), 0)]),
                "mailbox: mailbox_unverified",
            ),
            (
                supply(senders=[SendingMailbox(a_mailbox(health="failing"), 0)]),
                "mailbox: mailbox_unhealthy",
            ),
        ],
    )
    def test_names_the_gate_and_why(self, changes: dict[str, Any], expected: str) -> None:
        assert expected in closed(seen(**changes))

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

    def test_a_text_message_needs_a_number_and_no_mailbox(self) -> None:
        sms = STEP.model_copy(update={"channel": "sms"})
        without = seen(**supply(senders=[]))
        numbered = a_contact(first_name="Ada", phone="+4915112345678")

        assert closed(without, sms) == ["address: no_phone"]
        assert closed(replace(without, contact=numbered), sms) == []
