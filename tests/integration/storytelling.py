"""Telling the story: its calls are made, and what differs from telling to telling is replaced."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.harness.api import Answer
from tests.harness.cloud import Cloud
from tests.integration.examples import ENDPOINTS
from tests.integration.story import STORY

OPERATIONS = {endpoint.route.handler.__name__: endpoint.route for endpoint in ENDPOINTS}


def told(cloud: Cloud, webhook_url: str) -> dict[str, list[dict[str, Any]]]:
    """The story's calls and answers by operation, without what differs from telling to telling."""
    known = {"webhook_url": webhook_url, "provider": "openai"}
    calls: dict[str, list[dict[str, Any]]] = {}
    for step in STORY:
        route = OPERATIONS[step.operation]
        path = route.path.format_map(
            known | {name: known[other] for name, other in step.of.items()}
        )
        body = _filled(step.body, known)
        question = f"?{step.query.format_map(known)}" if step.query else ""
        answer = cloud.api.request(route.method, path + question, body, mode=step.mode)
        assert answer.status == route.status, f"{step.operation}: {answer.text}"
        known |= {name: _at(answer, keys) for name, keys in step.keep.items()}
        calls.setdefault(step.operation, []).append(
            {"path": path + question, "body": body, "answer": answer.json}
        )
        if step.then:
            step.then(cloud, known)
    told_so: dict[str, list[dict[str, Any]]] = _without_chance(calls, webhook_url)
    return told_so


def _filled(body: Any, known: Mapping[str, str]) -> Any:
    if body is None:
        return None
    text = re.sub(r'"\{(\w+)\}"', lambda name: json.dumps(known[name[1]]), json.dumps(body))
    return json.loads(text)


def _at(answer: Answer, keys: tuple[str | int, ...]) -> str:
    value = answer.json
    for key in keys:
        value = value[key]
    return str(value)


_CHANCE = (
    (r"otr_(live|test)_sk_[0-9A-Za-z]{46}", r"otr_\1_sk_REPLACED"),
    (r"whsec_[0-9A-Za-z+/=]+", "whsec_REPLACED"),
    (r'(?<="latency_ms": )\d+', "42"),
    (r'(?<="hint": ")[^"]{4}', "9f2K"),
    (r'(?:(?<="hash": ")|(?<="digest": "))[0-9a-f]{64}', "5b1c8f0e" * 8),
    (r'(?<="next_cursor": ")[^"]+', "lSgGDNPhf4rVlR2N"),
    (
        r'https://[^"?/]+(/(?:imports|exports)/[^"?]+)\?[^"]+',
        r"https://files.s3.us-east-1.amazonaws.com\1?X-Amz-Signature=REPLACED",
    ),
    (r"\b0100019[0-9a-f]{9}-[0-9a-f-]{36}(?=-000000)", "0100019caf2b5a10"),
    (r"(?<=/t/[cou]/)[\w-]+", "AAABnK3GmoBTCyeURqnH"),
    (r"\breq-[0-9a-f-]{36}", "1e8d5fd2-0b57-4cf2-954b-f064b62aff3f"),
)


def _without_chance(calls: Any, webhook_url: str) -> Any:
    """Ids numbered as they come, and what is drawn at random replaced."""
    text = json.dumps(calls).replace(webhook_url, "https://hooks.acme.example/outrider")
    for pattern, replacement in _CHANCE:
        text = re.sub(pattern, replacement, text)
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        number = numbers.setdefault(found[0], len(numbers) + 1)
        characters = f"01kjf3k9q2c8m5v7x0b4n6{number:04d}"
        whole, rest = divmod(len(found[2]), len(characters))
        return f"{found[1]}_{characters[:rest]}{characters * whole}"

    pattern = r"\b([a-z]{3})_((?:[0-9a-z]{10})?(?:[0-9a-z]{26}){1,2})\b"
    return json.loads(re.sub(pattern, numbered, text))
