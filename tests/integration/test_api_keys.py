"""API keys: shown once, never more than their creator, gone with the next call."""

import pytest

from tests.harness.api import ANONYMOUS, Api
from tests.harness.cloud import Cloud


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


class TestList:
    def test_never_shows_secrets(self, api: Api) -> None:
        created = api.post("/v1/api-keys", {"name": "CI", "scopes": ["*"]}).json

        page = api.get("/v1/api-keys").json

        shown = {key["id"]: key for key in page["data"]}[created["id"]]
        assert shown == {name: value for name, value in created.items() if name != "key"}
        assert not {"hash", "seal", "key", "_events"} & shown.keys()

    def test_pages_through_all_newest_first(self, api: Api) -> None:
        made = [api.create_key("*")["id"] for _ in range(4)]

        first = api.get("/v1/api-keys?limit=3").json
        rest = api.get(f"/v1/api-keys?limit=3&cursor={first['next_cursor']}").json

        listed = [key["id"] for key in first["data"] + rest["data"]]
        assert sorted(listed, reverse=True) == listed
        assert (len(first["data"]), len(listed), set(made) <= set(listed)) == (3, 5, True)
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

        cloud.drain()

        listed = {key["id"]: key for key in api.get("/v1/api-keys").json["data"]}
        assert listed[created["id"]]["revoked_at"] == revoked["revoked_at"]
        told = [event["detail-type"] for event in cloud.bus.published]
        assert "api_key.revoked" in told


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
