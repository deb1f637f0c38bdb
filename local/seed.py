"""Creation of the demo workspace in the way an operator and its owner would.

The product's `admin` function creates the workspace and its keys. The mailbox is created through
the API; its domain is verified in the emulator's SES and granted to the workspace.
"""

import json
import urllib.error
import urllib.request
from typing import Any

from local.errors import LocalStackError
from local.processed import Deployed

FIELDS = ("workspace_id", "live_key", "test_key")
_FUNCTION = "AdminFunction"
_WORKSPACE = {"action": "create_workspace", "name": "Demo", "plan": "professional"}
_DOMAIN = "outrider.example"
VERIFICATION_SENDER = f"codes@{_DOMAIN}"
_MAILBOX = {
    "email": f"ada@{_DOMAIN}",
    "name": "Ada from Outrider",
    "mailbox_pool": "pool_default",
    "daily_cap": 10_000,
    "min_gap_seconds": 0,
    "warmed": True,
}


def demo_workspace(deployed: Deployed, base_url: str) -> dict[str, str]:
    """Create the demo workspace with a warmed mailbox in live and in test mode.

    Returns `workspace_id`, `live_key` and `test_key`.
    """
    answer = _invoke(deployed, _WORKSPACE)
    _require(answer, *FIELDS)
    _verify_domain(deployed)
    grant = {"action": "grant_address", "workspace_id": answer["workspace_id"], "domain": _DOMAIN}
    _require(_invoke(deployed, grant), "owns")
    for key in ("live_key", "test_key"):
        _create_mailbox(base_url, str(answer[key]))
    return {name: str(answer[name]) for name in FIELDS}


def _require(answer: dict[str, Any], *fields: str) -> None:
    if missing := [name for name in fields if name not in answer]:
        raise LocalStackError(f"the admin function answered without {', '.join(missing)}: {answer}")


def _invoke(deployed: Deployed, payload: dict[str, Any]) -> dict[str, Any]:
    functions = deployed.emulator.client("lambda")
    reply = functions.invoke(
        FunctionName=deployed.names[_FUNCTION], Payload=json.dumps(payload).encode()
    )
    answer = json.loads(reply["Payload"].read())
    if "FunctionError" in reply or not isinstance(answer, dict):
        log = deployed.emulator.home.log("emulator")
        raise LocalStackError(f"the admin function failed: {answer}; details in {log}")
    return answer


def _verify_domain(deployed: Deployed) -> None:
    mail = deployed.emulator.client("sesv2")
    known = mail.list_email_identities()["EmailIdentities"]
    if _DOMAIN not in [identity["IdentityName"] for identity in known]:
        mail.create_email_identity(EmailIdentity=_DOMAIN)


def _create_mailbox(base_url: str, key: str) -> None:
    request = urllib.request.Request(  # noqa: S310
        f"{base_url}/v1/mailboxes",
        data=json.dumps(_MAILBOX).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(request, timeout=60).close()
    except urllib.error.HTTPError as refusal:
        with refusal:
            reason = refusal.read().decode(errors="replace")
        raise LocalStackError(f"the demo mailbox was refused: {refusal.code} {reason}") from None
