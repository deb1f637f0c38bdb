"""What OutreachPilot's document does not say of its answers: repetitions, and credits left."""

import pytest

from outrider.access.idempotency import LEASE
from outrider.access.models import Caller
from outrider.credits.wiring import credits
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.failures import Crash

KEY = {"idempotency-key": "order-66"}
ROWS = {"contacts": [{"email": f"p{number}@acme.example"} for number in range(40)]}


def create(api: Api, email: str = "john@acme.example") -> Answer:
    return api.post("/api/v1/contacts", {"email": email}, headers=KEY)


class TestRepetition:
    def test_gets_the_first_data_and_metadata_of_its_own(self, api: Api) -> None:
        first, again = create(api), create(api)

        assert (again.status, again.json["data"]) == (201, first.json["data"])
        assert again.json["meta"]["request_id"] == f"req_{again.headers['X-Request-Id']}"
        assert again.json["meta"]["credits_remaining"] == 100_000

    @pytest.mark.parametrize("call", [4, 5, 6, 7])
    def test_of_a_batch_that_crashed_creates_nothing_twice(
        self, api: Api, cloud: Cloud, call: int
    ) -> None:
        """Before the second transaction, the contacts' reads, and the answer that is kept."""
        api.workspace()
        with cloud.wire.crash_at(call) as crashed, pytest.raises(Crash):
            api.post("/api/v1/contacts", ROWS, headers=KEY)
        assert crashed()
        cloud.clock.advance(seconds=LEASE.total_seconds())

        again = api.post("/api/v1/contacts", ROWS, headers=KEY)

        assert (again.json["data"]["count"], again.json["data"]["refused"]) == (40, [])
        assert api.get("/api/v1/contacts").json["meta"]["total"] == 40


class TestCreditsLeft:
    def test_are_read_once_a_second(self, api: Api, cloud: Cloud) -> None:
        def left() -> tuple[int, int]:
            answer = api.get("/api/v1/webhooks")
            reads = sum(call.operation == "BatchGetItem" for call in answer.calls)
            return answer.json["meta"]["credits_remaining"], reads

        first = left()
        credits(Caller.engine(api.workspace().id)).hold("run_1", "chat", 5)
        soon = left()
        cloud.clock.advance(seconds=1)

        assert (first, soon, left()) == ((100_000, 1), (100_000, 0), (99_995, 1))

    def test_are_those_of_the_workspace_and_mode(self, api: Api) -> None:
        credits(Caller.engine(api.workspace().id)).hold("run_1", "chat", 5)

        answers = [
            api.get("/api/v1/contacts"),
            api.get("/api/v1/contacts", mode="test"),
            api.get("/api/v1/contacts", key=api.workspace("pro", plan="professional").live_key),
        ]

        left = [answer.json["meta"]["credits_remaining"] for answer in answers]
        assert left == [99_995, 100_000, 5_000]

    def test_are_those_that_the_same_answer_shows(self, api: Api) -> None:
        api.get("/api/v1/contacts")
        credits(Caller.engine(api.workspace().id)).hold("run_1", "chat", 5)

        answer = api.get("/api/v1/credits")

        assert answer.json["data"]["credits_remaining"] == 99_995
        assert answer.json["meta"]["credits_remaining"] == 99_995


def made(answer: Answer) -> str:
    (rows,) = (each for each in answer.json["data"].values() if isinstance(each, list) and each)
    return str(rows[0]["id"])


class TestChanges:
    """Of what other items hold: addresses, domains, links to companies."""

    def test_of_addresses_and_domains_free_the_old_ones(self, api: Api) -> None:
        contact = made(create(api))
        company = made(api.post("/api/v1/companies", {"name": "Acme", "domain": "acme.example"}))

        moved = api.put(f"/api/v1/contacts/{contact}", {"email": "jane@acme.example"})
        renamed = api.put(f"/api/v1/companies/{company}", {"domain": "acme.test"})

        again = made(api.post("/api/v1/contacts", {"email": "john@acme.example"}))
        assert (moved.status, renamed.status) == (200, 200), moved.text + renamed.text
        assert again != contact

    def test_of_the_company_need_one_that_is_there(self, api: Api) -> None:
        contact = made(create(api))
        company = made(api.post("/api/v1/companies", {"name": "Other", "domain": "other.example"}))

        linked = api.put(f"/api/v1/contacts/{contact}", {"account_id": company})

        assert linked.status == 200, linked.text
        assert linked.json["data"]["account_id"] == company

    def test_are_found_by_name(self, api: Api) -> None:
        api.post("/api/v1/companies", {"name": "Acme", "domain": "acme.example"})

        found = api.get("/api/v1/companies?search=Ac")

        assert [each["name"] for each in found.json["data"]] == ["Acme"]


def test_reads_go_on_when_they_cannot_be_counted(api: Api, cloud: Cloud) -> None:
    api.workspace()

    with cloud.wire.refuse("dynamodb", "UpdateItem", "InternalServerError"):
        answer = api.get("/api/v1/contacts")

    assert answer.status == 200, answer.text


def test_a_chat_is_had_by_the_function_of_chats(api: Api) -> None:
    answer = api.post("/api/v1/chat", {"message": "How many credits are left?"}, mode="test")

    assert answer.status == 200, answer.text
