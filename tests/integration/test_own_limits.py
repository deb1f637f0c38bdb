"""No API key makes, rotates or revokes one that could do more, or for longer, than itself."""

from datetime import timedelta

import pytest

from outrider.kit import clock
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.test_api_keys import create, in_, rotate, works


class TestOwnLimits:
    def test_keys_of_a_key_that_expires_expire_with_it(self, api: Api, cloud: Cloud) -> None:
        end = in_(cloud, hours=1)
        brief = create(api, expires_at=end)["key"]

        made = create(api, key=brief)

        assert made["expires_at"] == end

    @pytest.mark.parametrize(("hours", "status"), [(0.5, 201), (1, 201), (2, 403)])
    def test_none_is_made_that_lives_longer(
        self, api: Api, cloud: Cloud, hours: float, status: int
    ) -> None:
        now = cloud.clock.now
        brief = create(api, expires_at=clock.to_text(now + timedelta(hours=1)))["key"]
        expires_at = clock.to_text(now + timedelta(hours=hours))
        body = {"name": "CI", "scopes": ["*"], "expires_at": expires_at}

        with cloud.writes() as written:
            answer = api.post("/v1/api-keys", body, key=brief)

        assert answer.status == status
        if status == 403:
            assert (answer.json["code"], written) == ("SCOPE_DENIED", [])

    def test_none_is_rotated_that_lives_longer(self, api: Api, cloud: Cloud) -> None:
        brief = create(api, expires_at=in_(cloud, hours=1))["key"]
        lasting = create(api)

        answer = rotate(api, lasting["id"], key=brief)

        assert (answer.status, answer.json["code"]) == (403, "SCOPE_DENIED")

    @pytest.mark.parametrize(
        ("own", "other", "status"),
        [
            (["api_keys:write"], ["*"], 403),
            (["api_keys:write"], ["contacts:read"], 403),
            (["api_keys:write", "contacts"], ["contacts:read"], 200),
            (["*"], ["*"], 200),
        ],
    )
    def test_none_is_revoked_that_may_more(
        self, api: Api, own: list[str], other: list[str], status: int
    ) -> None:
        target = create(api, scopes=other)

        answer = api.delete(f"/v1/api-keys/{target['id']}", key=api.key(*own))

        assert answer.status == status
        assert works(api, target["key"]) is (status == 403)

    def test_each_may_revoke_itself(self, api: Api) -> None:
        own = create(api, scopes=["api_keys:write"])

        answer = api.delete(f"/v1/api-keys/{own['id']}", key=own["key"])

        assert answer.status == 200
