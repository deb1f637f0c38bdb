"""The canary of infra/canary.yaml, as it is deployed: it gets through, or says what is missing."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox
from tools import templates

URL = "https://api.outrider.test"


@pytest.fixture
def canary(api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Its handler, calling this API and waiting by the test's clock."""
    function = templates.load("infra/canary.yaml")["Resources"]["Canary"]["Properties"]

    def urlopen(request: Request, timeout: float) -> io.BytesIO:
        path = request.full_url.removeprefix(URL)
        key = str(request.get_header("Authorization")).removeprefix("Bearer ")
        body = request.data if isinstance(request.data, bytes) else None
        answer = api.request(request.get_method(), path, body, key=key)
        if answer.status >= 400:
            raise HTTPError(request.full_url, answer.status, answer.text, None, None)  # type: ignore[arg-type]
        return io.BytesIO(answer.text.encode())

    def now() -> float:
        return cloud.clock.now.timestamp()

    module: dict[str, Any] = {}
    exec(function["Code"]["ZipFile"], module)
    module["urlopen"] = urlopen
    module["time"] = SimpleNamespace(
        monotonic=now,
        sleep=lambda seconds: cloud.run(hours=seconds / 3600),
    )
    monkeypatch.setenv("URL", URL)
    monkeypatch.setenv("KEY", api.workspace().test_key)
    context = SimpleNamespace(aws_request_id="1")
    return lambda: module["handler"]({}, context)


class TestCanary:
    def test_gets_through_and_leaves_nothing(
        self, api: Api, cloud: Cloud, canary: Callable[[], Any]
    ) -> None:
        a_mailbox(api, mode="test")

        taken = canary()
        again = canary()

        assert taken["seconds"] <= again["seconds"] + 60
        assert taken["seconds"] < 120
        assert cloud.mails() == []
        assert api.get("/v1/contacts", mode="test").json["data"] == []
        assert api.get("/v1/sequences", mode="test").json["data"] == []

    def test_fails_when_workers_do(
        self,
        api: Api,
        cloud: Cloud,
        canary: Callable[[], Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        a_mailbox(api, mode="test")
        monkeypatch.setattr(cloud.queue("StepsQueue"), "max_receives", 0)

        with pytest.raises(TimeoutError, match="the campaign is active after 240 s"):
            canary()

        assert api.get("/v1/contacts", mode="test").json["data"] == []

    def test_fails_when_the_api_refuses(self, canary: Callable[[], Any]) -> None:
        with pytest.raises(HTTPError, match="MAILBOX_POOL_NOT_WARMED"):
            canary()

    def test_fits_into_a_template(self) -> None:
        code = templates.load("infra/canary.yaml")["Resources"]["Canary"]["Properties"]["Code"]

        assert len(code["ZipFile"]) <= 4096
