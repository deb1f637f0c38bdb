"""What is to be done with a job, of what was read."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from outrider.campaigns.models import Enrollment, StepJob
from outrider.messages.models import Message
from outrider.messages.sending.decisions import (
    Drop,
    Expired,
    Leased,
    Lost,
    Migrate,
    OtherSteps,
    Passed,
    Ready,
    Skip,
    Stopped,
    TaskPending,
    decide,
)
from outrider.messages.sending.snapshot import Snapshot
from tests.unit.messages.test_gates import STEP, a_campaign, an_enrollment, seen
from tests.unit.messages.writing import AT, CONTACT

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EARLIER, LATER = "2026-03-02T08:59:00.000Z", "2026-03-02T09:01:00.000Z"
JOB = StepJob(
    workspace="wsp_1",
    campaign_id="cam_1",
    contact_id=CONTACT,
    sequence_id="seq_1",
    steps_version=1,
    generation=1,
    step_id=STEP.id,
    mailbox_id="mbx_1",
)


def a_message(state: str, **fields: Any) -> Message:
    return Message.model_validate(
        {
            "id": JOB.message_id,
            "contact_id": CONTACT,
            "campaign_id": "cam_1",
            "sequence_id": "seq_1",
            "enrollment_id": "enr_1",
            "step_id": STEP.id,
            "state": state,
            "created_at": AT,
            **fields,
        }
    )


def claimed(*, until: str) -> Enrollment:
    return an_enrollment(state="sending", sending=JOB.message_id, claimed_until=until)


def read(**changes: Any) -> Snapshot:
    return replace(seen(), standing=None, supply=None, **changes)


class TestDecide:
    @pytest.mark.parametrize(
        ("changes", "decision"),
        [
            ({}, Ready),
            ({"enrollment": None}, Drop),
            ({"enrollment": an_enrollment(generation=2)}, Drop),
            ({"enrollment": an_enrollment(step_id="stp_2")}, Drop),
            ({"enrollment": an_enrollment(state="finished")}, Drop),
            ({"enrollment": claimed(until=LATER)}, Leased),
            ({"enrollment": claimed(until=EARLIER)}, Lost),
            ({"message": a_message("unknown")}, Passed),
            ({"message": a_message("sent")}, Passed),
            ({"message": a_message("pending", due_at=EARLIER)}, Expired),
            ({"message": a_message("pending", due_at=LATER)}, TaskPending),
            (
                {
                    "message": a_message("pending", due_at=LATER),
                    "enrollment": an_enrollment(state="waiting", sending=JOB.message_id),
                },
                Drop,
            ),
            ({"enrollment": an_enrollment(steps_version=2)}, OtherSteps),
            ({"campaign": a_campaign(steps_version=2, least_steps_version=2)}, Migrate),
            ({"campaign": a_campaign(status="paused")}, Stopped),
            ({"contact": None}, Stopped),
            ({"steps": [STEP.model_copy(update={"condition": "opened"})]}, Skip),
        ],
    )
    def test_finds_what_stands_in_the_way(self, changes: dict[str, Any], decision: type) -> None:
        assert isinstance(decide(JOB, read(**changes), NOW), decision)

    def test_a_lost_message_is_settled_while_its_campaign_is_paused(self) -> None:
        paused = a_campaign(status="paused")

        found = decide(JOB, read(enrollment=claimed(until=EARLIER), campaign=paused), NOW)

        assert isinstance(found, Lost)

    def test_a_step_that_is_left_out_waits_for_no_window(self) -> None:
        night = {"days": ["tue"], "start": "09:00", "end": "17:00"}
        closed = a_campaign(settings={"windows": [night]})
        step = STEP.model_copy(update={"condition": "replied"})

        assert isinstance(decide(JOB, read(campaign=closed, steps=[step]), NOW), Skip)
        assert isinstance(decide(JOB, read(campaign=closed), NOW), Stopped)

    def test_the_same_is_decided_of_the_same(self) -> None:
        assert decide(JOB, read(), NOW) == decide(JOB, read(), NOW)
