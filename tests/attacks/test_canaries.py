"""Secrets that are planted everywhere turn up nowhere."""

import base64
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.attacks.canaries import carried, forms, stored, traces
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, some_contacts
from tests.integration.test_mailbox_servers import local_server
from tests.integration.webhooks import NOBODY
from tests.language_models.dialects import DIALECTS
from tests.mcp.connecting import send
from tests.receivers import Peer, answering, receiver

SMTP_PASSWORD = "canary-smtp-7f3a&%é"
WEBHOOK_SECRET = "canary-webhook-91c2"
PROVIDER_KEY = "canary-provider-4be8&%"
(ANTHROPIC,) = (each for each in DIALECTS if each.provider == "anthropic")
TOOLS_OF_RESOURCES_WITH_SECRETS = ("list_webhooks", "list_mailboxes", "list_contacts")
pytestmark = pytest.mark.xdist_group("SDKs of providers")
SHOWING_SECRETS = (("POST", "/v1/webhooks"), ("POST", "/v1/api-keys"))


@dataclass(slots=True)
class Heard:
    """All that was logged, with stack traces, and all answers of the API but those that show a new
    secret, which is their job."""

    cloud: Cloud
    logged: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    prompted: list[str] = field(default_factory=list)
    """What language models were sent."""

    def places(self) -> dict[str, list[str]]:
        """These, and what is kept and carried by now."""
        return {
            "the log": self.logged,
            "an answer": self.answered,
            "a prompt": self.prompted,
            "a table": list(stored(self.cloud)),
            "an event": list(carried(self.cloud)),
        }


@pytest.fixture
def heard(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Heard:
    heard = Heard(cloud)
    request = Api.request

    def recorded(api: Api, method: str, path: str, *args: Any, **options: Any) -> Answer:
        answer = request(api, method, path, *args, **options)
        if (method, path) not in SHOWING_SECRETS:
            heard.answered.append(answer.text + repr(answer.headers))
        return answer

    def emit(handler: logging.Handler, record: logging.LogRecord) -> None:
        heard.logged.append(handler.format(record))

    monkeypatch.setattr(Api, "request", recorded)
    monkeypatch.setattr(logging.StreamHandler, "emit", emit)
    return heard


def test_are_found_in_every_form() -> None:
    for form in forms(SMTP_PASSWORD):
        assert traces({"password": SMTP_PASSWORD}, {"log": [f"<{form}>"]}) == ["password in log"]


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A webhook's endpoint that fails."""
    with receiver(answering("500 Oops", b"not now")) as peer:
        yield peer.url


def test_turn_up_nowhere(
    api: Api, heard: Heard, endpoint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An outreach through a mail server and a webhook with secrets, with what people do by
    mistake: keys in wrong places, refused secrets, requests that are broken."""
    cloud, workspace = heard.cloud, api.workspace()
    revoked = api.create_key("contacts:read")
    with local_server(cloud) as (_, smtp):
        secrets = {
            "live key": workspace.live_key,
            "test key": workspace.test_key,
            "revoked key": revoked["key"],
            "SMTP password": smtp["password"],
            "refused SMTP password": SMTP_PASSWORD,
            "webhook secret": WEBHOOK_SECRET,
            "refused webhook secret": f"{WEBHOOK_SECRET}-refused",
            "provider key": PROVIDER_KEY,
        }
        hook = api.post(
            "/v1/webhooks", {"url": endpoint, "events": ["*"], "secret": WEBHOOK_SECRET}
        ).json
        secrets["shown webhook secret"] = hook["secret"].removeprefix("whsec_")
        secrets |= _outreach(api, cloud, smtp, hook["id"])
        heard.prompted += _models(api, cloud)
        _mistakes(api, secrets)
        cloud.drain()
        api.get("/v1/events?limit=200")
        for path in ("webhooks", "mailboxes", "api-keys", f"webhooks/{hook['id']}/deliveries"):
            api.get(f"/v1/{path}")

    heard.logged.append(capsys.readouterr().out)
    places = heard.places()
    assert {each.partition(" in ")[2] for each in traces({"id": workspace.id}, places)} == {*places}
    assert traces(secrets, places) == []


def _outreach(api: Api, cloud: Cloud, smtp: dict[str, Any], webhook_id: str) -> dict[str, str]:
    """Send an email by the server, get an answer, and change each secret. Gives the new ones."""
    mailbox = {"email": "eve@outrider.test", "kind": "smtp", "smtp": smtp, "warmed": True}
    made = api.post("/v1/mailboxes", mailbox).json
    api.post(f"/v1/mailboxes/{made['id']}/check")
    contacts = some_contacts(api, 1)
    sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json["id"]
    api.post(f"/v1/sequences/{sequence}/launch", {"contact_ids": contacts})
    cloud.run(hours=1)
    rotated = api.post("/v1/api-keys", {"name": "second", "scopes": ["*"]}).json["key"]
    for tool in ("list_webhooks", "list_mailboxes", "list_messages", "list_events", "get_account"):
        send(api, "tools/call", {"name": tool, "arguments": {}})
    changed = {**smtp, "password": SMTP_PASSWORD}
    api.patch(f"/v1/mailboxes/{made['id']}", {"smtp": changed})
    api.post(f"/v1/mailboxes/{made['id']}/check")
    cloud.run(hours=1)
    return {"new key": rotated}


def _models(api: Api, cloud: Cloud) -> list[str]:
    """Have a model read what belongs to secrets and propose a deletion, in a chat and in a run;
    then have its provider quote the key. Gives what the provider was sent."""
    contact = some_contacts(api, 1)[0]
    asked: list[tuple[str, str, dict[str, Any]]] = [
        *((tool, tool, {"limit": 5}) for tool in TOOLS_OF_RESOURCES_WITH_SECRETS),
        ("delete", "delete_contact", {"contact_id": contact}),
    ]
    calls = ANTHROPIC.body(calls=asked)
    said = ANTHROPIC.body("Done.")
    fault = ANTHROPIC.error_body(401, f"invalid x-api-key {PROVIDER_KEY}")
    script = iter([("200 OK", said), *[("200 OK", calls), ("200 OK", said)] * 2])

    def answer(peer: Peer) -> None:
        status, body = next(script, ("401 Unauthorized", fault))
        answering(status, body, "Content-Type: application/json\r\n")(peer)

    with receiver(answer) as provider:
        stored = {"api_key": PROVIDER_KEY, "base_url": f"http://127.0.0.1:{provider.port}"}
        assert api.put("/v1/llm-providers/anthropic", stored).status == 200
        assert api.post("/v1/llm-providers/anthropic/test").json["ok"]
        message = {"message": f"Look at everything in {api.workspace().id}"}
        chat = api.post("/v1/chat", message)
        assert [each["name"] for each in chat.json["tool_calls"]] == [name for _, name, _ in asked]
        api.post("/v1/agent/runs", {"goal": message["message"]})
        cloud.drain()
        api.get("/v1/agent/runs")
        api.get(f"/v1/agent/runs/{chat.json['run_id']}")
        waiting = api.get("/v1/agent/approvals").json["data"]
        assert [each["tool"] for each in waiting] == ["delete_contact"] * 2
        api.post(f"/v1/agent/approvals/{waiting[0]['id']}", {"decision": "approve"})
        assert api.post("/v1/chat", message).status == 502
        assert not api.post("/v1/llm-providers/anthropic/test").json["ok"]
        api.get("/v1/llm-providers")
        assert all(PROVIDER_KEY.encode() in each for each in provider.requests)
        return [each.partition(b"\r\n\r\n")[2].decode() for each in provider.requests]


def _mistakes(api: Api, secrets: dict[str, str]) -> None:
    """Send each secret where it does not belong, and wrong ones where they do."""
    for secret in secrets.values():
        encoded = base64.b64encode(secret.encode()).decode()
        api.get("/v1/contacts", key=secret)
        api.get("/v1/contacts", headers={"authorization": f"Basic {encoded}"})
        send(api, "tools/call", {"name": "get_account", "arguments": {}}, key=secret)
    api.post(
        "/v1/webhooks",
        {"url": NOBODY, "events": [7], "secret": f"{WEBHOOK_SECRET}-refused"},
    )
    api.post("/v1/webhooks", {"url": NOBODY, "secret": [f"{WEBHOOK_SECRET}-refused"]})
    server = {"host": "localhost", "security": "none", "password": SMTP_PASSWORD}
    api.post("/v1/mailboxes", {"email": "x@outrider.test", "kind": "smtp", "smtp": server})
    api.post("/v1/mailboxes", {"email": 7, "kind": "smtp", "smtp": {**server, "username": [1]}})
    api.post("/v1/mailboxes", f'{{"smtp": {{"password": "{SMTP_PASSWORD}"')
