"""Requests as API Gateway sends them to Lambda, and the contact that they concern."""

import json
from typing import Any

from outrider.access.credentials import Credential
from outrider.kit import ids

KEY = Credential.new(ids.new("key"), "live")

CONTACT = {
    "email": "dana.ruiz@acme.example",
    "first_name": "Dana",
    "last_name": "Ruiz",
    "title": "Head of Sales",
    "company": "Acme",
    "linkedin_url": "https://www.linkedin.com/in/dana-ruiz",
    "phone": "+1-532-344-1362",
    "country": "United States",
    "timezone": "America/New_York",
    "tags": ["q2", "heads-of-sales", "trial"],
    "custom": {"account_id": "0970F99ED4a2CE4", "deal_stage": "New Lead", "employees": 6852},
    "source": "Retargeting Ads",
}


def event(method: str, path: str, body: Any = None, query: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": dict(pair.split("=") for pair in query.split("&") if pair),
        "headers": {
            "authorization": f"Bearer {KEY.text}",
            "content-type": "application/json",
            "host": "api.example.com",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "bench",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "bench",
            },
            "requestId": "bench",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "21/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1_795_255_200_000,
        },
        "isBase64Encoded": False,
    }
    if body is not None:
        made["body"] = json.dumps(body)
    return made


class Context:
    """Lambda context, as far as resolvers read it."""

    function_name = "bench"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench"
    aws_request_id = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000
