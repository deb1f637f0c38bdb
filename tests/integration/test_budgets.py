"""How many DynamoDB calls each request makes: one for the meter, one for the domain.

The budgets stand with the examples (`tests/integration/examples.py`). The exceptions are here, each
with its reason.
"""

import pytest

from tests.harness import stack
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.examples import ENDPOINTS, Endpoint
from tools.mcp import is_read_only

ADD_AT_ONCE = 33
READING = {"GetItem", "BatchGetItem", "Query"}


@pytest.fixture(autouse=True)
def _loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")


def dynamodb_calls(answer: Answer) -> list[str]:
    return [call.operation for call in answer.calls if call.service == "dynamodb"]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
class TestEveryRoute:
    def test_keeps_its_budget(self, api: Api, endpoint: Endpoint) -> None:
        path = endpoint.path_to_own(api)

        body, mode = endpoint.body_of_own(api), endpoint.example.mode
        answer = api.request(endpoint.route.method, path, body, mode=mode)

        calls = dynamodb_calls(answer)
        assert answer.status == endpoint.route.status, answer.text
        assert calls[0] == "UpdateItem", "the meter comes first"
        assert len(calls) == endpoint.example.calls, calls
        if is_read_only(endpoint.route.method, list(endpoint.scopes)):
            done = {call.operation for call in answer.calls[1:]}
            assert done <= READING, "its tool is annotated with readOnlyHint"

    def test_costs_the_meter_one_call_also_when_idle_or_busy(
        self, api: Api, endpoint: Endpoint
    ) -> None:
        path = endpoint.path("nothing")
        key = api.workspace().live_key

        answers = [
            api.request(endpoint.route.method, f"{path}?surprise=1", key=key) for _ in range(3)
        ]

        assert [dynamodb_calls(answer) for answer in answers] == [["UpdateItem"]] * 3


class TestList:
    def test_reads_a_page_of_any_size_at_once(self, api: Api) -> None:
        rows = [{"email": f"ada{number}@example.com"} for number in range(120)]
        api.post("/v1/contacts", {"contacts": rows})

        answer = api.get("/v1/contacts?limit=100")

        calls = ["UpdateItem", "Query", "BatchGetItem"]  # the contacts, then their last contacts
        assert (len(answer.json["data"]), dynamodb_calls(answer)) == (100, calls)


class TestContacts:
    def test_a_taken_address_costs_one_read_more(self, api: Api) -> None:
        api.post("/v1/contacts", {"email": "ada@example.com"})

        answer = api.post("/v1/contacts", {"email": "ada@example.com"})

        assert (answer.status, len(dynamodb_calls(answer))) == (409, 3)

    def test_an_upsert_of_an_existing_contact_costs_a_read_and_an_update(self, api: Api) -> None:
        api.post("/v1/contacts", {"email": "ada@example.com"})

        body = {"email": "ada@example.com", "title": "CTO", "upsert": True}
        answer = api.post("/v1/contacts", body)

        assert dynamodb_calls(answer)[1:] == ["TransactWriteItems", "BatchGetItem", "UpdateItem"]

    @pytest.mark.parametrize("status", ["new", "replied"])
    def test_a_change_needs_no_read(self, api: Api, status: str) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json

        body = {"title": "CTO", "phone": None, "status": status}
        answer = api.patch(f"/v1/contacts/{contact['id']}", body, headers={"if-match": "1"})

        assert dynamodb_calls(answer)[1:] == ["UpdateItem", "GetItem"]  # its last contact

    def test_another_address_costs_a_read_and_a_transaction(self, api: Api) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json

        answer = api.patch(f"/v1/contacts/{contact['id']}", {"email": "ada@new.example"})

        assert dynamodb_calls(answer)[1:] == ["BatchGetItem", "TransactWriteItems"]

    def test_an_address_with_a_claim_costs_a_read_more(self, api: Api) -> None:
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json
        other = api.post("/v1/contacts", {"email": "ada@new.example"}).json
        path, body = f"/v1/contacts/{contact['id']}", {"email": "ada@new.example"}

        taken = api.patch(path, body)
        api.delete(f"/v1/contacts/{other['id']}")
        left = api.patch(path, body)

        assert dynamodb_calls(taken)[1:] == ["BatchGetItem", "BatchGetItem"]
        assert dynamodb_calls(left)[1:] == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]

    @pytest.mark.parametrize("rows", [1, 33, 34, 500])
    def test_a_batch_costs_a_transaction_for_every_33(self, api: Api, rows: int) -> None:
        batch = [{"email": f"ada{number}@example.com"} for number in range(rows)]

        answer = api.post("/v1/contacts", {"contacts": batch})

        transactions = -(-rows // ADD_AT_ONCE)
        assert dynamodb_calls(answer) == ["UpdateItem"] + ["TransactWriteItems"] * transactions


class TestTimeline:
    def test_of_a_contact_that_the_feed_knows_costs_two_calls(self, api: Api, cloud: Cloud) -> None:
        contact_id = api.post("/v1/contacts", {"email": "ada@example.com"}).json["id"]
        cloud.drain()

        answer = api.get(f"/v1/contacts/{contact_id}/timeline")

        assert dynamodb_calls(answer) == ["UpdateItem", "Query", "Query"]


class TestCompanies:
    def test_another_domain_costs_a_read_and_a_transaction(self, api: Api) -> None:
        company = api.post("/v1/companies", {"domain": "acme.example"}).json

        answer = api.patch(f"/v1/companies/{company['id']}", {"domain": "new.example"})

        assert dynamodb_calls(answer)[1:] == ["BatchGetItem", "TransactWriteItems"]

    @pytest.mark.parametrize("body", [{"unknown": 1}, {"name": None}])
    def test_what_depends_on_the_company_costs_a_read(
        self, api: Api, body: dict[str, int | None]
    ) -> None:
        company = api.post("/v1/companies", {"domain": "acme.example", "name": "Acme"}).json

        answer = api.patch(f"/v1/companies/{company['id']}", body)

        assert dynamodb_calls(answer)[1:] == ["GetItem", "UpdateItem"]

    def test_a_domain_is_looked_up_in_two_reads(self, api: Api) -> None:
        api.post("/v1/companies", {"domain": "acme.example"})

        answer = api.get("/v1/companies?domain=acme.example")

        assert dynamodb_calls(answer)[1:] == ["GetItem", "GetItem"]

    @pytest.mark.parametrize("rows", [33, 34])
    def test_a_batch_costs_a_transaction_for_every_33(self, api: Api, rows: int) -> None:
        batch = [{"domain": f"d{number}.example"} for number in range(rows)]

        answer = api.post("/v1/companies", {"companies": batch})

        transactions = -(-rows // ADD_AT_ONCE)
        assert dynamodb_calls(answer) == ["UpdateItem"] + ["TransactWriteItems"] * transactions


class TestSuppressions:
    @pytest.mark.parametrize(("rows", "transactions"), [(1, 1), (100, 1), (101, 2), (1_000, 10)])
    def test_a_batch_costs_a_transaction_for_every_100(
        self, api: Api, rows: int, transactions: int
    ) -> None:
        batch = [{"domain": f"d{number}.example", "reason": "imported"} for number in range(rows)]

        answer = api.post("/v1/suppressions", {"suppressions": batch})

        assert dynamodb_calls(answer) == ["UpdateItem"] + ["TransactWriteItems"] * transactions

    def test_what_is_there_already_costs_one_transaction_more(self, api: Api) -> None:
        batch = [{"domain": f"d{number}.example", "reason": "imported"} for number in range(10)]
        api.post("/v1/suppressions", {"suppressions": batch[:5]})

        answer = api.post("/v1/suppressions", {"suppressions": batch})

        assert dynamodb_calls(answer) == ["UpdateItem"] + ["TransactWriteItems"] * 2

    def test_the_same_again_costs_no_more(self, api: Api) -> None:
        body = {"domain": "example.com", "reason": "manual"}
        api.post("/v1/suppressions", body)

        assert dynamodb_calls(api.post("/v1/suppressions", body)) == ["UpdateItem", "PutItem"]

    def test_a_kind_costs_one_call_however_few_there_are(self, api: Api) -> None:
        batch = [{"address": f"ada{number}@example.com", "reason": "manual"} for number in range(9)]
        api.post("/v1/suppressions", {"suppressions": batch})

        answer = api.get("/v1/suppressions?kind=domain&limit=1")

        assert (answer.json["data"], dynamodb_calls(answer)) == ([], ["UpdateItem", "Query"])
