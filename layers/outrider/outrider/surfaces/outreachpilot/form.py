"""The form of OutreachPilot: each response in an envelope, with its metadata.

A response is kept for its Idempotency-Key with an envelope whose metadata is that of the list
alone; what belongs to one request is added when it is sent.
"""

from collections.abc import Mapping
from typing import Any

from outrider.kit import clock, json
from outrider.kit.errors import OutriderError
from outrider.kit.http.forms import NativeForm
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer, Existing
from outrider.kit.models import Model
from outrider.surfaces.outreachpilot.schemas import Listed

CREDITS = {"X-Credits-Used": "credits_used", "X-Credits-Remaining": "credits_remaining"}
"""Headers of a response that its metadata repeats."""
_OPEN_END = "}}"
"""End of an envelope: of its last member `meta`, and of itself."""


class OutreachPilotForm(NativeForm):
    """The envelope: `{"ok", "data", "meta"}`, or `{"ok", "error", "meta"}`."""

    def result(self, result: Any, status: int) -> Answer:
        if isinstance(result, Answer):
            return result
        if isinstance(result, Existing):
            return self.result(result.result, 200)
        meta = result.meta() if isinstance(result, Listed) else {}
        return Answer(
            status, f'{{"ok":true,"data":{_data(result)},"meta":{json.dumps_text(meta)}}}'
        )

    def error(self, error: OutriderError, request: Request) -> Answer:  # noqa: ARG002 - of the protocol
        """Return the envelope of an error. `details` has all violations, with the names of the
        fields that clients know."""
        found = [f"{each.pointer or '/'}: {each.detail}" for each in error.violations]
        details = "; ".join(found) if found else error.detail
        return self.refusal(error.status, error.code, error.title, details, error.headers)

    def refusal(
        self, status: int, code: str, message: str, details: str, headers: Mapping[str, str]
    ) -> Answer:
        """Return the envelope of an error by its parts."""
        body = {
            "ok": False,
            "error": {
                "code": code,
                "message": message,
                "details": details.replace("company_id", "account_id"),
                "docs_url": f"/docs#{code.lower()}",
            },
            "meta": {},
        }
        return Answer(status, json.dumps_text(body), headers=dict(headers))

    def sent(self, answer: Answer, headers: Mapping[str, str], request: Request) -> Answer:
        """Return the response with the id of the request, the time and, unless it is an error, the
        credits used and left."""
        meta: dict[str, Any] = {
            "request_id": f"req_{request.request_id}",
            "timestamp": clock.timestamp(),
        }
        if answer.status < 400:
            headers = {**headers, **answer.headers}
            meta |= {name: int(headers[each]) for each, name in CREDITS.items() if each in headers}
        body = str(answer.body).removesuffix(_OPEN_END)
        joint = "" if body.endswith("{") else ","
        members = json.dumps_text(meta)[1:-1]
        return Answer(
            answer.status, f"{body}{joint}{members}{_OPEN_END}", answer.media, answer.headers
        )


def _data(result: Any) -> str:
    if isinstance(result, Listed):
        return result.data_json()
    if isinstance(result, Model):
        return result.model_dump_json(by_alias=True)
    return json.dumps_text(result)
