"""Calls of agents: with scopes of an API key, and without the key."""

import json
from dataclasses import replace
from typing import Any

import pytest

from outrider.access import scopes
from outrider.access.delegation import Delegation
from outrider.kit import ids
from tests.harness.api import ANONYMOUS, Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.examples import ENDPOINTS, Endpoint

ACTOR = f"agent:{ids.derived('agr', 'test')}"
ALL = frozenset(scopes.ALL)


def delegate(api: Api, *granted: str, key: str = "*") -> Delegation:
    """Delegate `granted` of a new key that has the scope `key`."""
    made = api.create_key(key)
    return Delegation(made["id"], api.workspace().id, frozenset(granted), ACTOR)


def call(
    api: Api, delegation: Delegation, method: str, path: str, body: Any = None, **options: Any
) -> Answer:
    authorizer = delegation.as_authorizer()
    return api.request(method, path, body, key=ANONYMOUS, authorizer=authorizer, **options)


class TestDelegatedCall:
    def test_acts_for_the_run(self, api: Api, cloud: Cloud) -> None:
        answer = call(
            api, delegate(api, "contacts:write"), "POST", "/v1/contacts", {"email": "a@example.com"}
        )

        cloud.drain()
        caused = api.get(f"/v1/events?actor={ACTOR}").json["data"]
        assert answer.status == 201
        assert [(each["event"], each["data"]["contact_id"]) for each in caused] == [
            ("contact.created", answer.json["id"])
        ]

    def test_has_only_scopes_that_the_key_has_too(self, api: Api) -> None:
        """A key that lost nothing but never had much: the delegation cannot add to it."""
        delegation = delegate(api, *ALL, key="contacts:read")

        assert call(api, delegation, "GET", "/v1/contacts").status == 200
        assert call(api, delegation, "GET", "/v1/events").status == 403
        assert call(api, delegation, "POST", "/v1/contacts", {}).status == 403

    def test_counts_as_one_of_the_key(self, api: Api) -> None:
        made = api.create_key("*")
        delegation = Delegation(made["id"], api.workspace().id, ALL, ACTOR)
        before = api.get("/v1/contacts", key=made["key"]).headers["RateLimit"]

        answer = call(api, delegation, "GET", "/v1/contacts")

        left = [
            int(each.split(";r=")[1].split(";")[0])
            for each in (before, answer.headers["RateLimit"])
        ]
        assert left[1] == left[0] - 1
        assert answer.calls[0].operation == "UpdateItem"

    def test_may_be_repeated_with_its_idempotency_key(self, api: Api) -> None:
        delegation = delegate(api, "contacts:write")
        body, once = {"email": "ada@example.com"}, {"idempotency-key": "once"}

        first, again = (
            call(api, delegation, "POST", "/v1/contacts", body, headers=once) for _ in range(2)
        )

        assert (first.json, again.headers["Idempotent-Replayed"]) == (again.json, "true")

    def test_is_refused_once_the_key_is_revoked(self, api: Api) -> None:
        delegation = delegate(api, *ALL)
        assert call(api, delegation, "GET", "/v1/contacts").status == 200

        api.delete(f"/v1/api-keys/{delegation.key_id}")

        assert call(api, delegation, "GET", "/v1/contacts").status == 401

    def test_is_refused_for_another_key_or_workspace(self, api: Api) -> None:
        delegation = delegate(api, *ALL)
        other = api.workspace("globex").id
        namesake = ids.new("key")[:-8] + delegation.key_id[-8:]

        wrong = [
            replace(delegation, workspace=other),
            replace(delegation, workspace=f"{delegation.workspace}~test"),
            replace(delegation, key_id=namesake),
            replace(delegation, key_id=ids.new("key")),
        ]

        assert {call(api, each, "GET", "/v1/contacts").status for each in wrong} == {401}


class TestForgery:
    def test_no_part_of_a_request_leads_there(self, api: Api) -> None:
        """What a JWT, Lambda or IAM authorizer says has a place of its own in the context."""
        authorizer = delegate(api, *ALL).as_authorizer()
        text = json.dumps(authorizer)
        forged: list[dict[str, Any]] = [
            {"headers": {"authorizer": text, "outrider": text, "requestcontext": text}},
            {"headers": {"x-amzn-request-context": text, "authorization": text}},
            {"path": f"/v1/contacts?authorizer={text}"},
            {"body": {"requestContext": {"authorizer": authorizer}, **authorizer}},
            *({"authorizer": {kind: authorizer}} for kind in ("jwt", "lambda", "iam")),
        ]

        for each in forged:
            given = {"method": "POST", "path": "/v1/contacts", "key": ANONYMOUS, **each}
            assert api.request(**given).status == 401


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_every_route_refuses_what_the_delegation_lacks(api: Api, endpoint: Endpoint) -> None:
    delegation = delegate(api)
    for missing in endpoint.scopes:
        granted = [each for each in scopes.ALL if not scopes.covers([each], missing)]
        lacking = replace(delegation, scopes=frozenset(granted))

        answer = call(api, lacking, endpoint.route.method, endpoint.path(), endpoint.example.body)

        assert (answer.status, answer.json["code"]) == (403, "SCOPE_DENIED")
        assert f"{missing}" in answer.json["detail"]
        assert "agent run" in answer.json["detail"]
