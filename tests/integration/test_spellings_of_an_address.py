"""An address is one person however it is spelled, and is shown as it was written first."""

from pathlib import Path
from typing import Any

import pytest

from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.importing import imported
from tests.integration.outreach import STEP_ONE, a_mailbox, launched
from tests.integration.replying import a_reply, take

TWINS = Path(__file__).parents[1] / "cases/name-twins-by-case/twins.csv"
WRITTEN = "Jane.Doe@acme.example"
SPELLINGS = (WRITTEN, "jane.doe@acme.example", "JANE.DOE@acme.example")
every_spelling = pytest.mark.parametrize("spelling", SPELLINGS)


def create(api: Api, email: str = WRITTEN, **fields: Any) -> Answer:
    return api.post("/v1/contacts", {"email": email, **fields})


@every_spelling
class TestContacts:
    def test_are_one(self, api: Api, spelling: str) -> None:
        first = create(api).json["id"]

        again = create(api, spelling)
        rows = api.post("/v1/contacts", {"contacts": [{"email": spelling}]}).json["results"]
        upserted = create(api, spelling, upsert=True, first_name="Jane").json

        assert (again.status, first in again.json["detail"]) == (409, True)
        assert [(each["result"], each["id"]) for each in rows] == [("skipped", first)]
        assert (upserted["id"], upserted["email"]) == (first, WRITTEN)
        assert upserted["first_name"] == "Jane"

    def test_are_found(self, api: Api, cloud: Cloud, spelling: str) -> None:
        first = create(api, tags=["vip"]).json["id"]
        cloud.drain()

        by_address = api.get(f"/v1/contacts?email={spelling}").json["data"]
        filtered = api.get(f"/v1/contacts?email={spelling}&tag=vip").json["data"]

        assert [each["id"] for each in by_address + filtered] == [first, first]

    def test_of_one_batch_are_one(self, api: Api, spelling: str) -> None:
        rows = [{"email": WRITTEN}, {"email": spelling}]

        results = api.post("/v1/contacts", {"contacts": rows, "upsert": True}).json["results"]

        assert [each["result"] for each in results] == ["created", "skipped"]
        assert "Row 0 has the same" in results[1]["reason"]

    def test_may_be_spelled_otherwise_later(self, api: Api, spelling: str) -> None:
        first = create(api).json["id"]
        other = create(api, "other@acme.example").json["id"]

        changed = api.patch(f"/v1/contacts/{first}", {"email": spelling})
        taken = api.patch(f"/v1/contacts/{other}", {"email": WRITTEN.swapcase()})

        assert (changed.status, changed.json["email"]) == (200, spelling)
        assert (taken.status, first in taken.json["detail"]) == (409, True)
        assert create(api, WRITTEN).status == 409

    def test_leave_the_address_when_they_go(self, api: Api, cloud: Cloud, spelling: str) -> None:
        first = create(api).json["id"]
        api.delete(f"/v1/contacts/{first}")
        before_the_worker = create(api, spelling).json["id"]
        api.delete(f"/v1/contacts/{before_the_worker}")
        cloud.drain()

        again = create(api, spelling)

        assert (again.status, again.json["email"]) == (201, spelling)
        assert [item["contact_id"] for item in cloud.items("contacts", f"{part(api)}#email")] == [
            again.json["id"]
        ]

    def test_are_found_by_addresses_of_merged_ones(
        self, api: Api, cloud: Cloud, spelling: str
    ) -> None:
        winner = create(api, "jane@home.example").json["id"]
        loser = create(api).json["id"]
        api.post("/v1/contacts/merge", {"winner_id": winner, "loser_ids": [loser]})
        cloud.drain()

        found = api.get(f"/v1/contacts?email={spelling}").json["data"]
        own = api.patch(f"/v1/contacts/{winner}", {"email": spelling}).json

        assert [each["id"] for each in found] == [winner]
        assert (own["email"], own["other_emails"]) == (spelling, [])

    def test_are_reached_by_a_trigger(self, api: Api, cloud: Cloud, spelling: str) -> None:
        first = create(api, first_name="Jane").json["id"]
        campaign = launched(api, steps=(STEP_ONE,), settings={"keep_running": True}).campaign_id

        answer = api.post(f"/v1/campaigns/{campaign}/trigger", {"email": spelling}).json

        assert (answer["triggered"], answer["contact_id"]) == (True, first)

    def test_that_said_stop_get_nothing(self, api: Api, cloud: Cloud, spelling: str) -> None:
        api.post("/v1/suppressions", {"address": spelling, "reason": "manual"})
        first = create(api, first_name="Jane").json["id"]
        campaign = launched(api, steps=(STEP_ONE,), settings={"keep_running": True}).campaign_id

        answer = api.post(f"/v1/campaigns/{campaign}/trigger", {"contact_id": first}).json
        cloud.run(hours=1)

        assert (answer["triggered"], answer["reason"]) == (False, "suppressed")
        assert [mail.recipients for mail in cloud.mails()] == [["ada0@example.com"]]

    def test_are_imported_once(self, api: Api, cloud: Cloud, spelling: str) -> None:
        create(api, first_name="Jane")

        importing = imported(api, cloud, f"email,last_name\n{spelling},Doe\n", duplicates="update")

        assert importing.counts == {"updated": 1}
        [contact] = api.get(f"/v1/contacts?email={WRITTEN}").json["data"]
        assert (contact["email"], contact["last_name"]) == (WRITTEN, "Doe")

    def test_answer_from_any_spelling(self, api: Api, cloud: Cloud, spelling: str) -> None:
        first = create(api, first_name="Jane").json["id"]
        campaign = launched(api, steps=(STEP_ONE,), settings={"keep_running": True}).campaign_id
        api.post(f"/v1/campaigns/{campaign}/trigger", {"contact_id": first})
        cloud.run(hours=1)
        mail = next(each for each in cloud.mails() if each.recipients == [WRITTEN])

        take(cloud, a_reply(mail, "Yes, please call me.", From=spelling, In_Reply_To=""))

        [reply] = api.get(f"/v1/messages?direction=in&contact_id={first}").json["data"]
        assert reply["contact_id"] == first


def test_twins_of_one_file_are_one_contact(api: Api, cloud: Cloud) -> None:
    importing = imported(api, cloud, TWINS.read_text("utf-8"))

    assert importing.counts == {"created": 1, "skipped": 1}
    assert [each["key"] for each in importing.rows()] == [
        "Case.Twin@example.com",
        "case.twin@example.com",
    ]


def test_a_mailbox_is_added_once(api: Api) -> None:
    a_mailbox(api, email="Sales@outrider.test")

    again = api.post("/v1/mailboxes", {"email": "sales@outrider.test", "daily_cap": 5})

    assert again.status == 409


def part(api: Api) -> str:
    return str(api.workspace().partition("live"))
