"""The last contact of a person: shown with the contact, kept beside it, and what keeps campaigns
apart."""

from datetime import timedelta
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.contacts.touches import RecentlyTouched, Touch, Touches
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Table, TransactionFailed, transact
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, launched, some_contacts

NOON = clock.from_text("2026-03-02T12:00:00Z")
HOUR = timedelta(hours=1)
NO_TIME = timedelta()


@pytest.fixture
def touches(api: Api, cloud: Cloud) -> Touches:
    return Touches(Table(cloud.stack.data["ContactsTableName"]), WorkspaceId(api.workspace().id))


def kept(api: Api, cloud: Cloud) -> list[dict[str, Any]]:
    """The items of the contacts themselves."""
    workspace = api.workspace().id
    return [each for each in cloud.items("contacts", workspace) if each["pk"] == workspace]


class TestInterval:
    def test_is_kept_between_campaigns(self, touches: Touches) -> None:
        touches.take("con_1", "cam_1", NOON, HOUR)

        with pytest.raises(RecentlyTouched) as refused:
            touches.take("con_1", "cam_2", NOON + HOUR - timedelta(milliseconds=1), HOUR)

        assert refused.value.touch == Touch("2026-03-02T12:00:00.000Z", "cam_1")
        assert touches.get("con_1") == refused.value.touch

    def test_ends(self, touches: Touches) -> None:
        touches.take("con_1", "cam_1", NOON, HOUR)

        touches.take("con_1", "cam_2", NOON + HOUR, HOUR)

        assert touches.get("con_1") == Touch("2026-03-02T13:00:00.000Z", "cam_2")

    def test_is_none_within_a_campaign_or_where_none_is_asked_for(self, touches: Touches) -> None:
        touches.take("con_1", "cam_1", NOON, HOUR)

        touches.take("con_1", "cam_1", NOON, HOUR)
        touches.take("con_1", "cam_2", NOON, NO_TIME)

        assert touches.get("con_1") == Touch("2026-03-02T12:00:00.000Z", "cam_2")


class TestUndoing:
    def test_brings_back_what_stood_there(self, touches: Touches) -> None:
        touches.take("con_1", "cam_1", NOON, HOUR)
        touches.take("con_1", "cam_2", NOON + HOUR, HOUR)

        touches.undo("con_1", "cam_2", NOON + HOUR)

        assert touches.get("con_1") == Touch("2026-03-02T12:00:00.000Z", "cam_1")

    def test_of_the_first_leaves_none(self, touches: Touches) -> None:
        touches.take("con_1", "cam_1", NOON, HOUR)

        touches.undo("con_1", "cam_1", NOON)

        assert touches.get("con_1") is None
        touches.take("con_1", "cam_2", NOON, HOUR)

    @pytest.mark.parametrize("campaign", ["cam_1", "cam_2"])
    def test_takes_back_nothing_that_came_later(self, touches: Touches, campaign: str) -> None:
        touches.take("con_1", "cam_1", NOON, NO_TIME)
        touches.take("con_1", campaign, NOON + HOUR, NO_TIME)

        touches.undo("con_1", "cam_1", NOON)

        assert touches.get("con_1") == Touch("2026-03-02T13:00:00.000Z", campaign)

    @pytest.mark.parametrize("answer", ["MessageRejected", "TooManyRequestsException"])
    def test_is_done_for_a_mail_that_never_went_out(
        self, api: Api, cloud: Cloud, answer: str
    ) -> None:
        (contact_id,) = launched(api, steps=(STEP_ONE,)).contact_ids

        with cloud.wire.refuse("sesv2", "SendEmail", answer):
            cloud.run(hours=1)

        shown = api.get(f"/v1/contacts/{contact_id}").json

        assert (shown["status"], shown["last_contacted_at"]) == ("new", None)


class TestContact:
    def test_is_active_and_otherwise_as_it_was(self, api: Api, cloud: Cloud) -> None:
        (contact_id,) = launched(api, steps=(STEP_ONE,)).contact_ids
        before = api.get(f"/v1/contacts/{contact_id}").json
        stored = kept(api, cloud)

        cloud.run(hours=1)

        after = api.get(f"/v1/contacts/{contact_id}").json
        assert after["last_contacted_at"] is not None
        assert {**before, "status": "active", "last_contacted_at": after["last_contacted_at"]} == (
            after
        )
        assert kept(api, cloud) == stored

    @pytest.mark.parametrize("headers", [{}, {"idempotency-key": "once"}])
    def test_stays_active_when_it_changes(
        self, api: Api, touches: Touches, headers: dict[str, str]
    ) -> None:
        (contact_id,) = some_contacts(api, 1)
        touches.take(contact_id, "cam_1", NOON, NO_TIME)

        body = {"title": "CTO", "status": "new"}
        changed = api.patch(f"/v1/contacts/{contact_id}", body, headers=headers).json

        assert (changed["status"], changed["title"]) == ("active", "CTO")
        assert changed["last_contacted_at"] == "2026-03-02T12:00:00.000Z"
        assert changed == api.get(f"/v1/contacts/{contact_id}").json

    def test_is_found_by_the_status_that_it_shows(self, api: Api, touches: Touches) -> None:
        fresh, active, replied = some_contacts(api, 3)
        for each in (active, replied):
            touches.take(each, "cam_1", NOON, NO_TIME)
        api.patch(f"/v1/contacts/{replied}", {"status": "replied"})

        found = {
            status: [each["id"] for each in api.get(f"/v1/contacts?status={status}").json["data"]]
            for status in ("new", "active", "replied")
        }

        assert found == {"new": [fresh], "active": [active], "replied": [replied]}

    def test_takes_its_last_contact_with_it(self, api: Api, cloud: Cloud, touches: Touches) -> None:
        (contact_id,) = some_contacts(api, 1)
        touches.take(contact_id, "cam_1", NOON, NO_TIME)

        api.delete(f"/v1/contacts/{contact_id}")
        cloud.drain()

        assert cloud.items("contacts", touches.pk) == []


class TestMerging:
    @pytest.mark.parametrize("later", ["winner", "loser"])
    def test_keeps_the_latest(self, api: Api, cloud: Cloud, touches: Touches, later: str) -> None:
        winner, loser = some_contacts(api, 2)
        touches.take(winner, "cam_1", NOON + (HOUR if later == "winner" else NO_TIME), HOUR)
        touches.take(loser, "cam_2", NOON + (HOUR if later == "loser" else NO_TIME), HOUR)

        merged = api.post("/v1/contacts/merge", {"winner_id": winner, "loser_ids": [loser]}).json
        cloud.drain()

        latest = Touch("2026-03-02T13:00:00.000Z", "cam_1" if later == "winner" else "cam_2")
        assert merged == api.get(f"/v1/contacts/{winner}").json
        assert merged["last_contacted_at"] == latest.at
        assert touches.get_many([winner, loser]) == {winner: latest}

    def test_takes_none_back_that_came_meanwhile(self, touches: Touches) -> None:
        touches.take("con_1", "cam_1", NOON + HOUR, NO_TIME)

        with pytest.raises(TransactionFailed):
            transact(touches.move_action(Touch(clock.to_text(NOON), "cam_2"), "con_1"))

        assert touches.get("con_1") == Touch("2026-03-02T13:00:00.000Z", "cam_1")
