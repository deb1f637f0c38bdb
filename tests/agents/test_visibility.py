"""What a key sees of agents and chats that other keys of its workspace asked for."""

import json
from collections.abc import Iterator
from itertools import combinations

from tests.agents.scripted import Saying, speaking
from tests.harness.api import Api
from tests.harness.cloud import Cloud

READ = "contacts:read"
"""The one scope of the runs."""
LINK = "https://evil.example/?q=secret"


def keys(*scopes: str) -> Iterator[frozenset[str]]:
    """All sets of scopes."""
    for number in range(1, len(scopes) + 1):
        yield from map(frozenset, combinations(scopes, number))


def test_is_what_its_scopes_cover(api: Api) -> None:
    maker = api.key("agent", "chat", READ)
    with speaking("Hi."):
        goal = api.post("/v1/agent/runs", {"goal": "Find Ada"}, key=maker).json["id"]
        said = api.post("/v1/chat", {"message": "Who is Ada?"}, key=maker).json
    chat, thread = said["run_id"], said["thread_id"]
    needed = {
        "GET /v1/agent/runs": {"agent"},
        f"GET /v1/agent/runs/{goal}": {"agent", READ},
        f"GET /v1/agent/runs/{chat}": {"agent", "chat", READ},
        f"POST /v1/agent/runs/{goal}/stop": {"agent"},
        f"POST /v1/agent/runs/{chat}/stop": {"agent", "chat"},
        "GET /v1/chat/threads": {"chat"},
        f"GET /v1/chat/threads/{thread}": {"chat", READ},
    }

    for granted in keys("agent", "chat", READ):
        key = api.key(*granted)
        for route, scopes in needed.items():
            answer = api.request(*route.split(" "), key=key)
            assert (answer.status == 200) == (scopes <= granted), (granted, route)
            assert answer.status in (200, 403)
            if "chat" not in granted:
                assert "Who is Ada?" not in answer.text
            if route == "GET /v1/agent/runs" and answer.status == 200:
                listed = {each["id"] for each in answer.json["data"]}
                assert listed == ({goal, chat} if "chat" in granted else {goal})


def test_has_no_links_where_text_of_strangers_was_read(api: Api, cloud: Cloud) -> None:
    steps = [{"channel": "email", "subject": "Hello", "text": LINK}]
    script: tuple[Saying, ...] = (
        [("list_contacts", {})],
        [("create_sequence", {"name": LINK, "steps": steps, LINK: [LINK]})],
        [("create_sequence", {"name": LINK, "steps": steps})],
        [("create_sequence", {"name": f"{{{{ x }}}} {LINK}", "steps": steps})],
        f"![{LINK}]({LINK})",
    )
    with speaking(*script):
        answer = api.post("/v1/chat", {"message": "Draft it"})
    run = api.get(f"/v1/agent/runs/{answer.json['run_id']}")

    assert [each["decision"] for each in run.json["steps"] if each["tool"]] == [
        *["allowed"] * 3,
        "refused",
    ]
    assert "link removed" in json.dumps(run.json["steps"][5]["arguments"])
    assert "evil.example" not in answer.text + run.text
