"""API keys: shown once, never more than their creator, gone with the next call."""

from datetime import timedelta
from typing import Any

import pytest

from outrider.access import scopes
from outrider.access.models import ApiKey
from outrider.access.repository import ApiKeyRepository
from outrider.kit import clock
from tests.harness.api import ANONYMOUS, Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.wire import When, crash_points

ROTATE_CALLS = 3
"""The meter, the old key, the transaction."""


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


class TestRotate:
    def test_gives_a_successor_like_it(self, api: Api, cloud: Cloud) -> None:
        old = create(api, name="Robot", role="member", expires_at=in_(cloud, days=90))

        answer = rotate(api, old["id"])

        new = answer.json
        same = ("name", "scopes", "role", "mode", "expires_at")
        assert answer.status == 201
        assert {name: new[name] for name in same} == {name: old[name] for name in same}
        assert (new["rotated_from"], new["hint"]) == (old["id"], new["key"][-4:])
        assert new["key"] != old["key"]
        assert listed(api)[new["id"]] == {
            n: value for n, value in new.items() if n not in ("key", "notice")
        }

    @pytest.mark.parametrize(("asked", "seconds"), [(None, 86_400), (60, 60), (604_800, 604_800)])
    def test_lets_both_work_for_the_overlap(
        self, api: Api, cloud: Cloud, asked: int | None, seconds: int
    ) -> None:
        api.tick_ms = 0
        old = create(api)
        new = rotate(api, old["id"], asked).json

        shown = listed(api)[old["id"]]
        cloud.clock.advance(seconds=seconds, ms=-1)
        during = works(api, old["key"]), works(api, new["key"])
        cloud.clock.advance(ms=1)
        after = works(api, old["key"]), works(api, new["key"])

        assert shown["rotated_to"] == new["id"]
        assert shown["expires_at"] == clock.to_text(cloud.clock.now)
        assert (during, after) == ((True, True), (False, True))

    def test_ends_the_old_key_at_once_without_an_overlap(self, api: Api) -> None:
        api.tick_ms = 0
        old = create(api)

        new = rotate(api, old["id"], 0, key=old["key"]).json

        assert (works(api, old["key"]), works(api, new["key"])) == (False, True)

    def test_never_makes_the_old_key_live_longer(self, api: Api, cloud: Cloud) -> None:
        expires_at = in_(cloud, hours=1)
        old = create(api, expires_at=expires_at)

        rotate(api, old["id"], 7_200)

        assert listed(api)[old["id"]]["expires_at"] == expires_at

    def test_tells_of_both_keys(self, api: Api, cloud: Cloud) -> None:
        old = create(api)

        new = rotate(api, old["id"], 60).json

        [created] = told(api, cloud, "api_key.created", new["id"])
        [revoked] = told(api, cloud, "api_key.revoked", old["id"])
        assert (created["name"], created["rotated_from"]) == ("CI", old["id"])
        ends_at = listed(api)[old["id"]]["expires_at"]
        assert (revoked["rotated_to"], revoked["at"]) == (new["id"], ends_at)

    def test_is_done_once_and_names_the_successor(self, api: Api, cloud: Cloud) -> None:
        old = create(api)
        new = rotate(api, old["id"], 60).json

        with cloud.writes() as written:
            during = rotate(api, old["id"])
            cloud.clock.advance(hours=1)
            after = rotate(api, old["id"])

        for answer in (during, after):
            assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
            assert new["id"] in answer.json["detail"]
        assert written == []
        assert rotate(api, new["id"]).status == 201

    @pytest.mark.parametrize("end", ["revoked", "expired"])
    def test_refuses_a_key_that_has_ended(self, api: Api, cloud: Cloud, end: str) -> None:
        key_id = create(api, expires_at=in_(cloud, hours=1))["id"]
        if end == "revoked":
            api.delete(f"/v1/api-keys/{key_id}")
        else:
            cloud.clock.advance(hours=1)

        answer = rotate(api, key_id)

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert end in answer.json["detail"]

    def test_refuses_a_key_that_is_revoked_meanwhile(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = create(api)
        read = ApiKeyRepository.get

        def read_and_revoke(keys: ApiKeyRepository, key_id: str) -> ApiKey | None:
            found = read(keys, key_id)
            keys.revoke(key_id, clock.timestamp(), [])
            return found

        monkeypatch.setattr(ApiKeyRepository, "get", read_and_revoke)
        answer = rotate(api, old["id"])

        assert (answer.status, "revoked" in answer.json["detail"]) == (409, True)
        assert not [key for key in listed(api).values() if key["rotated_from"]]

    @pytest.mark.parametrize(
        ("own", "status"),
        [(["contacts:read"], 403), (["contacts:read", "events:read"], 201), (["*"], 201)],
    )
    def test_gives_no_more_than_the_caller_has(
        self, api: Api, cloud: Cloud, own: list[str], status: int
    ) -> None:
        old = create(api, scopes=["contacts:read", "events:read"])
        key = api.key("api_keys:write", *own)

        with cloud.writes() as written:
            answer = rotate(api, old["id"], key=key)

        assert answer.status == status
        if status == 403:
            assert (answer.json["code"], written) == ("SCOPE_DENIED", [])

    @pytest.mark.parametrize("overlap", [-1, 604_801, 1.5, "60", None])
    def test_refuses_another_overlap(self, api: Api, overlap: Any) -> None:
        old = create(api)

        answer = api.post(f"/v1/api-keys/{old['id']}/rotate", {"overlap_seconds": overlap})

        assert answer.status == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["/overlap_seconds"]

    @pytest.mark.parametrize(("number", "when"), crash_points(ROTATE_CALLS))
    def test_makes_at_most_one_successor_when_it_dies(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        old = create(api)
        with cloud.wire.crash_at(number, when) as crashed:
            rotate(api, old["id"])

        again = rotate(api, old["id"])

        shown = listed(api)
        [successor] = [key["id"] for key in shown.values() if key["rotated_from"] == old["id"]]
        done = (number, when) == (ROTATE_CALLS, "after")
        assert (crashed(), again.status) == (True, 409 if done else 201)
        assert shown[old["id"]]["rotated_to"] == successor
        assert len(told(api, cloud, "api_key.created", successor)) == 1
        assert len(told(api, cloud, "api_key.revoked", old["id"])) == 1
        assert works(api, rotate(api, successor, 0).json["key"])

    def test_makes_no_more_calls_than_were_crashed(self, api: Api, cloud: Cloud) -> None:
        old = create(api)

        with cloud.wire.crash_at(ROTATE_CALLS + 1) as crashed:
            rotate(api, old["id"])

        assert not crashed()


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
