"""The code that the documents of other products show, as it stands there: only host and key are
replaced (tests/contract/documents/)."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.curls import Curl
from tests.e2e.running import REPOSITORY, LocalStack, Reply, eventually, send
from tests.nodejs import NODE

DOCUMENTS = REPOSITORY / "tests" / "contract" / "documents"
HOSTS = ("https://api.outboundrix.io", "https://api.autoreach.work")
KEY = "obx_live_sk_XXXXXXXX"
PEOPLE = [{"email": "dana@documents.example", "firstName": "Dana", "company": "Acme"}]


def document(stack: LocalStack, name: str) -> str:
    """The code of a document for a stack."""
    text, local = (DOCUMENTS / name).read_text(encoding="utf-8"), stack.local
    for host in HOSTS:
        text = text.replace(host, local["base_url"])
    return text.replace(KEY, local["live_key"])


def run(stack: LocalStack, *command: str) -> Any:
    """The JSON that a program prints, which has a development key in its environment."""
    done = subprocess.run(
        command,
        env=os.environ | {"AUTOREACH_API_KEY": stack.local["test_key"], "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def answers(stack: LocalStack, name: str) -> list[Reply]:
    """What each command of a document is answered."""
    commands = document(stack, name).replace("\\\n", "").split("\n\n")
    asked = [Curl(each).request({}) for each in commands]
    return [send(each.method, each.url, each.body, each.headers) for each in asked]


class TestAutoReach:
    def test_javascript_and_python(self, stack: LocalStack) -> None:
        javascript = document(stack, "autoreach.mjs") + (
            "const workflow = await createWorkflow();\n"
            f"const added = await addLeads(workflow.id, {json.dumps(PEOPLE)});\n"
            "console.log(JSON.stringify({ workflow, added }));\n"
        )
        made = run(stack, str(NODE), "--input-type=module", "-e", javascript)
        workflow, lead = made["workflow"]["id"], made["added"]["results"][0]["leadId"]
        key = stack.local["test_key"]
        stack.call("POST", f"/api/v1/workflows/{workflow}/run", key=key)
        assert eventually(
            lambda: stack.call("GET", f"/api/leads/{lead}", key=key).json["status"] == "review"
        )

        python = document(stack, "autoreach.py.txt") + (
            "import json, sys\n"
            "print(json.dumps([get_qualified_leads(sys.argv[1]), get_lead_research(sys.argv[2])]))"
        )
        qualified, research = run(stack, sys.executable, "-c", python, workflow, lead)

        assert made["workflow"]["settings"]["dailyLimit"] == 50
        assert made["added"]["counts"]["added"] == 1
        assert (qualified["data"], qualified["nextCursor"]) == ([], None)
        assert (research["contactId"][:4], research["outcome"]) == ("con_", "found")

    def test_unknown_paths_answer_in_the_shape_that_they_look_like(self, stack: LocalStack) -> None:
        """By the greedy route, which comes after every other one."""
        ours, theirs = (
            stack.call("PATCH", path, {}) for path in ("/api/v1/leads", "/api/v1/contacts")
        )

        assert (ours.status, ours.json["error"]) == (404, "not_found")
        assert (theirs.status, theirs.json["error"]["code"]) == (404, "RESOURCE_NOT_FOUND")


class TestOutboundrix:
    def test_curl(self, stack: LocalStack) -> None:
        listed, created = answers(stack, "outboundrix.sh")

        assert (listed.status, listed.json["object"]) == (200, "list")
        assert (created.status, created.json["steps"], created.json["status"]) == (201, 2, "draft")
