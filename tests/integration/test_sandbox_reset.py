"""POST /v1/sandbox/reset puts the sandbox back, and touches nothing else."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from outrider.access.models import Caller, WorkspaceId
from outrider.kit.aws.dynamodb import Table
from outrider.sandbox import service
from outrider.sandbox.clearing import Clearing
from outrider.sandbox.wiring import clearing
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import launched

RESET = "/v1/sandbox/reset"
KEY = {"idempotency-key": "before-every-test"}
EMPTIED = ("contacts", "companies", "leads", "campaigns", "enrollments", "messages", "agents")
KEPT = ("keys", "webhooks", "credits", "events")


def reset(api: Api, **options: Any) -> dict[str, Any]:
    answer = api.post(RESET, mode="test", **options)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def kinds(cloud: Cloud, partition: str) -> dict[str, Counter[str]]:
    """How many items of each kind the emptied tables have: keys without ids, days and shards."""
    return {
        table: Counter(
            f"{_kind(item['pk'].removeprefix(partition))} / {_kind(item['sk'])}"
            for item in cloud.items(table, partition)
            if not item["sk"].startswith(("count#", "stat#"))
        )
        for table in EMPTIED
    }


def _kind(key: str) -> str:
    head, _, rest = key.removeprefix("#").partition("#")
    return "#".join(filter(None, (head.partition("_")[0], rest and "…")))


def everything(cloud: Cloud, workspace: str) -> list[Any]:
    """All live items of a workspace, and the owners of addresses, but for what counts calls."""
    return [
        item
        for table in (*EMPTIED, *KEPT)
        for item in cloud.items(table)
        if "~test" not in item["pk"] + item["sk"] and not item["pk"].startswith(("key#", "usage#"))
    ]


def a_busy_sandbox(api: Api, **how: Any) -> None:
    """Make something of each kind; `how` is how a campaign is launched."""
    launched(api, 3, mode="test", **how)
    (contact,) = api.get("/v1/contacts?limit=1", mode="test").json["data"]
    for path, body in (
        ("/v1/companies", {"name": "Acme", "domain": "acme.example"}),
        ("/v1/suppressions", {"address": "nobody@example.com", "reason": "manual"}),
        ("/v1/leads", {"contact_id": contact["id"]}),
        ("/v1/workflows", {"name": "W", "stages": ["research", "qualify", "contact"]}),
        ("/v1/sequences", {"name": "S", "steps": [{"channel": "email", "wait_days": 0}]}),
        ("/v1/imports", {"kind": "contacts", "format": "csv", "duplicates": "skip"}),
        ("/v1/exports", {"kind": "contacts", "format": "csv"}),
        ("/v1/mailbox-pools", {"name": "Second"}),
        ("/v1/agent/runs", {"goal": "Tag the heads of sales"}),
        ("/v1/chat", {"message": "How are the campaigns doing?"}),
    ):
        answer = api.post(path, body, mode="test")
        assert answer.status < 300, answer.text
    api.post(f"/v1/contacts/{contact['id']}/research", {}, mode="test")
    gone = api.post("/v1/contacts", {"email": "gone@example.com"}, mode="test").json
    api.delete(f"/v1/contacts/{gone['id']}", mode="test")


def clear(caller: Caller) -> None:
    for _ in clearing(caller).pages():
        pass


def _unique_things(number: int) -> dict[str, dict[str, str]]:
    name = f"late{number}"
    return {
        "/v1/contacts": {"email": f"{name}@acme.example"},
        "/v1/companies": {"domain": f"{name}.example"},
        "/v1/mailboxes": {"email": f"{name}@outrider.test", "name": "Late"},
    }


def _created(api: Api, bodies: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    """Create the things, and yield path and id of each, or of what has its address already."""
    for path, body in bodies.items():
        answer = api.post(path, body, mode="test")
        assert answer.status in (201, 409), answer.text
        found = re.search(r"\b(con|com|mbx)_\w{26}\b", answer.text)
        assert found, answer.text
        yield path, found[0]


def _all_created(api: Api, bodies: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    return [*_created(api, bodies)]


class After:
    """Something that happens once, before the `number`-th call (from 0) of a method."""

    def __init__(self, number: int, do: Callable[[], object]) -> None:
        self.happened = False
        self._left, self._do = number, do

    def called(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == -1:
                self.happened = True
                self._do()
            return method(*arguments)

        return call


class TestReset:
    def test_leaves_the_example_data_alone_and_touches_no_live_item(
        self, api: Api, cloud: Cloud
    ) -> None:
        workspace = api.workspace(sandbox="examples")
        other = api.workspace("globex")
        api.post("/v1/contacts", {"email": "a@b.example"}, workspace="globex", mode="test")
        launched(api, 2)
        cloud.drain()
        partition = workspace.partition("test")
        at_first, of_others = kinds(cloud, partition), kinds(cloud, other.partition("test"))
        a_busy_sandbox(api)
        cloud.drain()
        assert kinds(cloud, partition) != at_first
        live = everything(cloud, workspace.id)
        feed = len(cloud.items("events", partition))

        done = reset(api)
        cloud.drain()

        assert done["generation"] == 2
        assert kinds(cloud, partition) == at_first
        assert everything(cloud, workspace.id) == live
        assert kinds(cloud, other.partition("test")) == of_others
        assert len(cloud.items("events", partition)) > feed
        assert api.get("/api/v1/contacts", mode="test").json["meta"]["total"] == 24
        assert api.get("/v1/contacts?search=dana", mode="test").json["data"][0]["status"] == (
            "interested"
        )

    def test_ends_what_was_under_way(self, api: Api, cloud: Cloud) -> None:
        """Steps in the queue, clocks of campaigns and workflows, imports, exports, runs of agents
        and scores to be computed find nothing, and end."""
        campaign = launched(api, mode="test").campaign_id
        cloud.drain()
        a_busy_sandbox(api, mailbox={"email": "bea@outrider.test"})
        api.put("/v1/profile", {"titles": ["sales"]}, mode="test")
        (workflow,) = api.get("/v1/workflows", mode="test").json["data"]
        path = f"/v1/workflows/{workflow['id']}"
        leads = api.post(f"{path}/leads", {"leads": [{"email": "c@d.example"}]}, mode="test")
        run = api.post(f"{path}/run", mode="test")
        assert (leads.status, run.status) == (200, 200), run.text
        added = api.post(
            f"/v1/campaigns/{campaign}/trigger", {"email": "bob@example.com"}, mode="test"
        )
        assert added.status < 300, added.text
        assert cloud.queue("StepsQueue").messages

        reset(api)
        cloud.run(hours=1)

        assert api.get(f"/v1/messages?campaign_id={campaign}", mode="test").json["data"] == []
        assert {each.status for each in cloud.executions.all.values()} == {"SUCCEEDED"}
        assert cloud.mails() == []

    def test_is_for_test_keys_only(self, api: Api, cloud: Cloud) -> None:
        api.workspace()
        with cloud.writes() as written:
            answer = api.post(RESET)

        assert (answer.status, answer.json["code"]) == (403, "TEST_KEY_REQUIRED")
        assert "otr_test_sk_" in answer.json["detail"]
        assert written == []

    def test_knows_no_live_partition(self) -> None:
        table = Table("any")
        with pytest.raises(ValueError, match="is no sandbox"):
            Clearing(WorkspaceId("wsp_1"), *[table] * 7)

    def test_is_repeated_by_its_key_without_another_reset(self, api: Api) -> None:
        first = api.post(RESET, mode="test", headers=KEY)
        api.post("/v1/contacts", {"email": "ada@example.com"}, mode="test")

        again = api.post(RESET, mode="test", headers=KEY)

        assert again.headers["idempotent-replayed"] == "true"
        assert again.json == first.json
        found = api.get("/v1/contacts?email=ada@example.com", mode="test").json["data"]
        assert len(found) == 1

    def test_goes_on_with_the_next_request(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        """A request that has no time left says so, also with an Idempotency-Key."""
        api.post("/v1/contacts", {"email": "ada@example.com"}, mode="test")
        with monkeypatch.context() as hurry:
            hurry.setattr(service, "WORKS_FOR", timedelta(0))
            answers = [api.post(RESET, mode="test", headers=KEY) for _ in range(2)]
        done = api.post(RESET, mode="test", headers=KEY)

        assert [(each.status, each.headers["Retry-After"]) for each in answers] == [(409, "1")] * 2
        assert (done.status, done.headers.get("idempotent-replayed")) == (200, None)
        assert api.get("/api/v1/contacts", mode="test").json["meta"]["total"] == 24

    def test_is_done_by_one_request_at_a_time(self, api: Api, cloud: Cloud) -> None:
        api.post("/v1/contacts", {"email": "ada@example.com"}, mode="test")
        answers: list[Answer] = []
        with cloud.wire.once_after(
            "BatchWriteItem", lambda: answers.append(api.post(RESET, mode="test"))
        ):
            done = reset(api)

        (meanwhile,) = answers
        assert (meanwhile.status, done["generation"]) == (409, 1)
        assert 30 <= int(meanwhile.headers["Retry-After"]) <= 35

    @pytest.mark.parametrize("operation", ["BatchWriteItem", "TransactWriteItems"])
    def test_that_died_is_done_by_the_next(self, api: Api, cloud: Cloud, operation: str) -> None:
        """While it deleted, or while it filled."""
        partition = api.workspace(sandbox="examples").partition("test")
        at_first = kinds(cloud, partition)
        with cloud.wire.crash_at(operation, "after") as happened:
            reset(api)
        meanwhile = api.post(RESET, mode="test")
        cloud.clock.advance(seconds=40)

        reset(api)

        assert (happened(), meanwhile.status) == (True, 409)
        assert kinds(cloud, partition) == at_first

    def test_removes_what_was_created_while_it_ran(self, api: Api, cloud: Cloud) -> None:
        """An address of the example data that somebody takes in between is no obstacle."""
        api.workspace()
        taken = {"email": "dana.whitlock@harbor-analytics.example"}
        with cloud.wire.once_after(
            "TransactWriteItems", lambda: api.post("/v1/contacts", taken, mode="test")
        ):
            done = reset(api)

        assert done["generation"] == 2
        (dana,) = api.get(f"/v1/contacts?email={taken['email']}", mode="test").json["data"]
        assert dana["first_name"] == "Dana"
        assert api.get("/api/v1/contacts", mode="test").json["meta"]["total"] == 24

    def test_leaves_no_address_taken_by_what_is_gone(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whenever something is created meanwhile, it is there afterwards, or can be created."""
        caller = Caller.engine(WorkspaceId(api.workspace().partition("test")))
        for number in count():
            cloud.clock.advance(seconds=60)
            bodies = _unique_things(number)
            late = After(number, partial(_all_created, api, bodies))
            with monkeypatch.context() as meanwhile:
                meanwhile.setattr(Clearing, "_keys", late.called(Clearing._keys))
                clear(caller)
            if not late.happened:
                break
            for path, taken in _all_created(api, bodies):
                assert api.get(f"{path}/{taken}", mode="test").status == 200, (number, path)
            listed = api.get("/api/v1/contacts", mode="test").json
            assert listed["meta"]["total"] == len(listed["data"]) == 1, number
        assert number > 20
