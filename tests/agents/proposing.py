"""Calls that an agent run proposes, as its worker does."""

import json
from dataclasses import replace
from typing import Any

from outrider.access.delegation import Delegation
from outrider.access.models import Caller, WorkspaceId
from outrider.agents.approvals.models import Approval
from outrider.agents.approvals.wiring import proposals
from outrider.kit import ids
from outrider.kit.aws import functions
from outrider.kit.http.requests import Request
from outrider.mcp.calls import Calls
from outrider.mcp.tools import tools
from tests.harness.api import Answer, Api, Mode
from tests.harness.cloud import Cloud
from tests.harness.stack import STACK

CLAIM = 21
"""The AWS call with which an approval of a launch claims it; what is before it only reads."""


def run_calls(api: Api, run_id: str, *scopes: str, mode: Mode = "live") -> tuple[Caller, Calls]:
    """The caller of an agent run with these scopes, or all, and its calls."""
    workspace = WorkspaceId.of(WorkspaceId(api.workspace().id).public, mode)
    key = api.create_key("*", mode=mode)
    granted = frozenset(scopes or ("*",))
    actor = f"agent:{run_id}"
    delegation = Delegation(key["id"], workspace, granted, actor)
    request = Request("POST", "/", {}, "", b"", "req-run", "api.outrider.test")
    caller = replace(Caller.engine(workspace), actor=actor, scopes=granted)
    return caller, Calls(
        request, lambda name, event: functions.invoke(f"{STACK}-{name}", event), delegation
    )


def as_agent(api: Api, cloud: Cloud, path: str, body: Any) -> dict[str, Any]:
    """The answer of the function of agents to a POST of an agent run."""
    _, calls = run_calls(api, ids.new("agr"))
    event = {
        "version": "2.0",
        "routeKey": f"POST {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "authorizer": calls.delegation and calls.delegation.as_authorizer(),
            "domainName": "api.outrider.test",
            "http": {"method": "POST", "path": path},
            "requestId": "req-agent",
            "stage": "$default",
        },
        "isBase64Encoded": False,
        "body": json.dumps(body),
    }
    answer: dict[str, Any] = cloud.invoke("agents", event)
    return answer


def propose(
    api: Api, tool: str, arguments: dict[str, Any], *scopes: str, mode: Mode = "live"
) -> Approval:
    """Propose a call of a tool."""
    run_id = ids.new("agr")
    caller, calls = run_calls(api, run_id, *scopes, mode=mode)
    return proposals(caller, calls).propose(ids.new("apr"), run_id, tools()[tool], arguments)


def an_approval(api: Api) -> str:
    """A deletion that waits for a decision."""
    contact = api.post("/v1/contacts", {"email": f"{ids.new('x')}@example.com"}).json["id"]
    return propose(api, "delete_contact", {"contact_id": contact}).id


def shown(api: Api, approval_id: str) -> Any:
    return api.get(f"/v1/agent/approvals/{approval_id}").json


def decide(api: Api, approval_id: str, decision: str = "approve", **more: Any) -> Answer:
    options = {name: more.pop(name) for name in ("key", "headers") if name in more}
    return api.post(f"/v1/agent/approvals/{approval_id}", {"decision": decision, **more}, **options)


def enrolled(api: Api, sequence: str) -> int:
    campaign = api.get(f"/v1/sequences/{sequence}").json["campaign_id"]
    if campaign is None:
        return 0
    return len(api.get(f"/v1/campaigns/{campaign}/enrollments").json["data"])
