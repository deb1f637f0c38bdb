"""Make the demo workspace by invoking the product's own `admin` function."""

import json
from typing import Any

from local.errors import LocalStackError
from local.processed import Deployed

FIELDS = ("workspace_id", "live_key", "test_key")
_FUNCTION = "AdminFunction"
_WORKSPACE = {"action": "create_workspace", "name": "Demo", "plan": "professional", "demo": True}


def demo_workspace(deployed: Deployed) -> dict[str, str]:
    """Create the demo workspace; returns `workspace_id`, `live_key` and `test_key`."""
    answer = _invoke(deployed, _WORKSPACE)
    if missing := [name for name in FIELDS if name not in answer]:
        raise LocalStackError(f"the admin function answered without {', '.join(missing)}: {answer}")
    return {name: str(answer[name]) for name in FIELDS}


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
