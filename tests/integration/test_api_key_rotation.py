"""Rotation of an API key."""

from typing import Any

import pytest

from outrider.access.models import ApiKey
from outrider.access.repository import ApiKeyRepository
from outrider.kit import clock
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.test_api_keys import create, in_, listed, rotate, told, works

ROTATE_CALLS = 3
"""The meter, the old key, the transaction."""


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
