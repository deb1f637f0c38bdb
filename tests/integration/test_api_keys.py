"""API keys: shown once, never more than their creator, gone with the next call."""

from datetime import timedelta
from typing import Any

import pytest

from outrider.access import scopes
from outrider.kit import clock
from tests.harness.api import ANONYMOUS, Answer, Api
from tests.harness.cloud import Cloud


def create(api: Api, *, key: str | None = None, **fields: Any) -> dict[str, Any]:
    body = {"name": "CI", **({} if "role" in fields else {"scopes": ["*"]}), **fields}
    answer = api.post("/v1/api-keys", body, key=key)
    assert answer.status == 201, answer.text
    created: dict[str, Any] = answer.json
    return created


def rotate(api: Api, key_id: str, overlap: int | None = None, *, key: str | None = None) -> Answer:
    body = None if overlap is None else {"overlap_seconds": overlap}
    return api.post(f"/v1/api-keys/{key_id}/rotate", body, key=key)


def listed(api: Api) -> dict[str, dict[str, Any]]:
    return {key["id"]: key for key in api.get("/v1/api-keys?limit=200").json["data"]}


def in_(cloud: Cloud, **span: float) -> str:
    return clock.to_text(cloud.clock.now + timedelta(**span))


def works(api: Api, key: str) -> bool:
    answer = api.get("/v1/contacts", key=key)
    assert answer.status == 200 or answer.json["code"] == "INVALID_API_KEY"
    return answer.status == 200


def told(api: Api, cloud: Cloud, name: str, key_id: str) -> list[dict[str, Any]]:
    """The data of the events of this name about a key."""
    cloud.drain()
    page = api.get(f"/v1/events?limit=200&type={name}").json
    return [each["data"] for each in page["data"] if each["data"]["api_key_id"] == key_id]


class TestCreate:
    def test_gives_a_key_that_works(self, api: Api) -> None:
        answer = api.post("/v1/api-keys", {"name": "CI", "scopes": ["contacts:read"]})

        created = answer.json
        assert answer.status == 201
        assert created["key"].startswith("otr_live_sk_")
        assert (created["hint"], created["mode"]) == (created["key"][-4:], "live")
        assert api.get("/v1/contacts", key=created["key"]).status == 200

    def test_gives_keys_of_the_mode_of_the_creator(self, api: Api) -> None:
        answer = api.post("/v1/api-keys", {"name": "CI", "scopes": ["*"]}, mode="test")

        assert answer.json["key"].startswith("otr_test_sk_")

    def test_stores_no_text_of_a_key(self, api: Api, cloud: Cloud) -> None:
        key = api.post("/v1/api-keys", {"name": "CI", "scopes": ["*"]}).json["key"]

        assert key[-38:] not in repr(cloud.items("keys"))

    @pytest.mark.parametrize(
        ("own", "asked", "status"),
        [
            (["api_keys:write", "contacts:read"], ["contacts:read"], 201),
            (["api_keys:write", "contacts"], ["leads:write", "contacts"], 201),
            (["api_keys:write", "contacts:read"], ["contacts:write"], 403),
            (["api_keys:write", "contacts:read"], ["contacts"], 403),
            (["api_keys:write", "contacts", "campaigns"], ["*"], 403),
            (["api_keys:write"], ["events:read"], 403),
            (["*"], ["*"], 201),
        ],
    )
    def test_gives_no_more_than_the_creator_has(
        self, api: Api, cloud: Cloud, own: list[str], asked: list[str], status: int
    ) -> None:
        key = api.key(*own)

        with cloud.writes() as written:
            answer = api.post("/v1/api-keys", {"name": "CI", "scopes": asked}, key=key)

        assert answer.status == status
        if status == 403:
            assert (answer.json["code"], written) == ("SCOPE_DENIED", [])

    @pytest.mark.parametrize("scopes", [[], ["contacts:sing"], ["contacts:read", ""]])
    def test_refuses_scopes_that_do_not_exist(self, api: Api, scopes: list[str]) -> None:
        answer = api.post("/v1/api-keys", {"name": "CI", "scopes": scopes})

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")


class TestExpiry:
    def test_refuses_the_key_like_any_other_from_that_moment(self, api: Api, cloud: Cloud) -> None:
        api.tick_ms = 0
        key = create(api, expires_at=in_(cloud, hours=1))["key"]
        cloud.clock.advance(hours=1, ms=-1)
        before = works(api, key)
        cloud.clock.advance(ms=1)

        expired = api.get("/v1/contacts", key=key)

        mistyped = api.get("/v1/contacts", key="otr_live_sk_short")
        assert (before, expired.status) == (True, 401)
        assert {**expired.json, "request_id": ""} == {**mistyped.json, "request_id": ""}

    def test_holds_also_while_the_meter_fails(self, api: Api, cloud: Cloud) -> None:
        key = create(api, expires_at=in_(cloud, hours=1))["key"]
        cloud.clock.advance(hours=1)

        with cloud.wire.refuse("dynamodb", "UpdateItem", "InternalServerError"):
            answer = api.get("/v1/contacts", key=key)

        assert answer.status == 401

    def test_is_shown_and_told_in_one_form(self, api: Api, cloud: Cloud) -> None:
        created = create(api, expires_at="2027-01-01T02:00:00+02:00")

        expected = "2027-01-01T00:00:00.000Z"
        assert created["expires_at"] == expected
        assert listed(api)[created["id"]]["expires_at"] == expected
        assert told(api, cloud, "api_key.created", created["id"])[0]["expires_at"] == expected

    def test_may_be_ten_years_ahead(self, api: Api, cloud: Cloud) -> None:
        moment = cloud.clock.now.replace(year=cloud.clock.now.year + 10)

        assert create(api, expires_at=clock.to_text(moment))["expires_at"]

    @pytest.mark.parametrize(
        "moment",
        [
            "2026-03-02T09:00:00Z",
            "2020-01-01T00:00:00Z",
            "2036-03-04T09:00:00Z",
            "9999-12-31T23:59:59Z",
            "2027-01-01T00:00:00",
            "tomorrow",
            "",
            1_900_000_000,
        ],
    )
    def test_is_a_moment_to_come_within_ten_years(self, api: Api, moment: Any) -> None:
        body = {"name": "CI", "scopes": ["*"], "expires_at": moment}

        answer = api.post("/v1/api-keys", body)

        assert answer.status == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["/expires_at"]


class TestRole:
    @pytest.mark.parametrize("role", scopes.ROLES)
    def test_gives_its_scopes(self, api: Api, role: scopes.Role) -> None:
        created = create(api, role=role)

        shown = listed(api)[created["id"]]
        assert (shown["role"], shown["scopes"]) == (role, list(scopes.ROLES[role]))
        assert api.get("/v1/contacts", key=created["key"]).status == 200
        written = api.post("/v1/contacts", {"email": "ada@example.com"}, key=created["key"])
        assert written.status == (403 if role == "viewer" else 201)

    @pytest.mark.parametrize("place", range(len(scopes.ROLES)))
    def test_gives_no_role_above_its_own(self, api: Api, place: int) -> None:
        roles = list(scopes.ROLES)
        key = api.key(*scopes.ROLES[roles[place]], "api_keys:write")

        answers = [api.post("/v1/api-keys", {"name": "x", "role": r}, key=key) for r in roles]

        assert [answer.status for answer in answers] == [403] * place + [201] * (4 - place)

    @pytest.mark.parametrize(
        "fields",
        [{}, {"scopes": ["*"], "role": "owner"}, {"scopes": None, "role": None}, {"role": "king"}],
    )
    def test_is_given_instead_of_scopes(self, api: Api, fields: dict[str, Any]) -> None:
        answer = api.post("/v1/api-keys", {"name": "CI", **fields})

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")


class TestList:
    def test_shows_when_each_key_was_last_used(self, api: Api, cloud: Cloud) -> None:
        used, unused = create(api), create(api)
        api.get("/v1/contacts", key=used["key"])
        cloud.clock.advance(hours=1)
        api.tick_ms = 0
        at = in_(cloud)
        refused = api.get("/v1/contacts?surprise=1", key=used["key"])
        cloud.clock.advance(hours=1)

        shown = listed(api)

        assert refused.status == 422
        assert (shown[used["id"]]["last_used_at"], shown[unused["id"]]["last_used_at"]) == (
            at,
            None,
        )

    @pytest.mark.parametrize(("limit", "reads"), [(100, 1), (101, 2)])
    def test_reads_the_use_of_a_hundred_keys_at_once(
        self, api: Api, limit: int, reads: int
    ) -> None:
        for _ in range(limit):
            api.create_key("contacts:read")

        answer = api.get(f"/v1/api-keys?limit={limit}")

        calls = [call.operation for call in answer.calls]
        assert len(answer.json["data"]) == limit
        assert calls == ["UpdateItem", "Query"] + ["BatchGetItem"] * reads

    def test_never_shows_secrets(self, api: Api) -> None:
        created = api.post("/v1/api-keys", {"name": "CI", "scopes": ["*"]}).json

        page = api.get("/v1/api-keys").json

        shown = {key["id"]: key for key in page["data"]}[created["id"]]
        assert shown == {name: created[name] for name in created.keys() - {"key", "notice"}}
        assert not {"hash", "seal", "key", "_events"} & shown.keys()

    def test_pages_through_all_newest_first(self, api: Api) -> None:
        made = [api.create_key("*")["id"] for _ in range(4)]

        first = api.get("/v1/api-keys?limit=3").json
        rest = api.get(f"/v1/api-keys?limit=3&cursor={first['next_cursor']}").json

        ids = [key["id"] for key in first["data"] + rest["data"]]
        assert sorted(ids, reverse=True) == ids
        assert (len(first["data"]), len(ids), set(made) <= set(ids)) == (3, 5, True)
        assert rest["has_more"] is False


class TestRevoke:
    def test_takes_effect_with_the_next_call(self, api: Api) -> None:
        created = api.post("/v1/api-keys", {"name": "CI", "scopes": ["*"]}).json
        before = api.get("/v1/contacts", key=created["key"]).status

        answer = api.delete(f"/v1/api-keys/{created['id']}")

        after = api.get("/v1/contacts", key=created["key"]).status
        assert (before, answer.status, after) == (200, 200, 401)
        assert answer.json["revoked_at"]

    def test_may_be_done_twice_and_is_dated_once(self, api: Api) -> None:
        created = api.create_key("*")

        first, second = (api.delete(f"/v1/api-keys/{created['id']}").json for _ in range(2))

        assert first == second

    def test_lets_a_key_revoke_itself(self, api: Api) -> None:
        created = api.create_key("api_keys:write")

        api.delete(f"/v1/api-keys/{created['id']}", key=created["key"])

        assert api.get("/v1/api-keys", key=created["key"]).status == 401

    def test_is_listed_and_told(self, api: Api, cloud: Cloud) -> None:
        created = api.create_key("*")
        revoked = api.delete(f"/v1/api-keys/{created['id']}").json

        [event] = told(api, cloud, "api_key.revoked", created["id"])
        assert listed(api)[created["id"]]["revoked_at"] == revoked["revoked_at"] == event["at"]
        assert "api_key.revoked" in [each["detail-type"] for each in cloud.bus.published]


class TestCredentials:
    def test_are_not_read_from_the_query_string(self, api: Api) -> None:
        key = api.workspace().live_key

        answer = api.get(f"/v1/contacts?api_key={key}", key=ANONYMOUS)

        assert (answer.status, answer.json["code"]) == (401, "MISSING_AUTH")

    @pytest.mark.parametrize("scheme", ["Basic", "Token", "bearerr"])
    def test_are_taken_with_the_scheme_bearer_only(self, api: Api, scheme: str) -> None:
        key = api.workspace().live_key

        answer = api.get(
            "/v1/contacts", key=ANONYMOUS, headers={"authorization": f"{scheme} {key}"}
        )

        assert (answer.status, answer.json["code"]) == (401, "INVALID_API_KEY")


class TestOperator:
    def test_learns_what_is_wrong(self, cloud: Cloud) -> None:
        answers = [
            cloud.invoke("admin", event)
            for event in (
                {"action": "dance"},
                {},
                {"action": "create_workspace"},
                {"action": "create_workspace", "name": "Acme", "plan": "golden"},
                {"action": "create_workspace", "name": "Acme", "scopes": ["contacts:sing"]},
                {"action": "create_key", "workspace_id": "wsp_1", "mode": "live", "name": "x"},
            )
        ]

        codes = [answer["error"]["code"] for answer in answers]
        assert codes == ["VALIDATION_ERROR"] * 5 + ["RESOURCE_NOT_FOUND"]
        assert answers[3]["error"]["errors"][0]["pointer"].endswith("/plan")

    def test_creates_a_workspace_with_a_key_of_each_mode(self, cloud: Cloud, api: Api) -> None:
        created = cloud.invoke("admin", {"action": "create_workspace", "name": "Acme"})

        assert sorted(created) == ["live_key", "test_key", "workspace_id"]
        answer = api.get("/v1/contacts", key=created["test_key"])
        assert answer.headers["RateLimit-Policy"].startswith('"minute";q=120;')
