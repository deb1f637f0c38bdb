"""One signed webhook request and its outcome."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import get_args

from outrider.kit import clock
from outrider.kit.outbound.client import Outbound
from outrider.kit.outbound.connections import OutboundFailed
from outrider.kit.outbound.exchanges import HttpResponse
from outrider.kit.outbound.targets import InvalidUrl
from outrider.webhooks.deliveries import signing
from outrider.webhooks.models import AttemptOutcome, Directive

_KEPT = 1_024
_MAY_WAIT = (429, 503)
_LONGEST_WAIT = 24 * 3_600
_DIGITS = 9
_FIXED_HEADERS = {"Content-Type": "application/json", "User-Agent": "Outrider-Webhooks/1"}


@dataclass(frozen=True, slots=True)
class WebhookSender:
    outbound: Outbound

    def send(
        self, url: str, keys: Sequence[bytes], message_id: str, payload: str
    ) -> AttemptOutcome:
        """Send exactly one request and return its outcome; network and HTTP errors are outcomes
        too. The request is signed with all of `keys`; the first is the current one."""
        body = payload.encode()
        signed = signing.headers(keys, message_id, int(clock.now().timestamp()), body)
        started = time.perf_counter()
        try:
            answer = self.outbound.post(url, body, {**_FIXED_HEADERS, **signed})
        except OutboundFailed as failure:
            return AttemptOutcome(_ms_since(started), error=failure.reason, detail=str(failure))
        except InvalidUrl as invalid:
            return AttemptOutcome(_ms_since(started), error="invalid_url", detail=str(invalid))
        return AttemptOutcome(
            _ms_since(started),
            status_code=answer.status,
            answer=answer.body[:_KEPT].decode(errors="replace"),
            error=None if 200 <= answer.status < 300 else f"http_{answer.status // 100}xx",
            retry_after=_retry_after(answer),
            directive=_directive(answer),
        )


def _retry_after(answer: HttpResponse) -> int | None:
    """Return the seconds in the Retry-After header of a 429 or 503, at most a day, or None. The
    header has seconds or a date (RFC 9110, 10.2.3)."""
    text = answer.headers.get("retry-after", "").strip()
    if answer.status not in _MAY_WAIT or not text:
        return None
    if text.isascii() and text.isdigit():
        seconds = float(text[:_DIGITS])
    else:
        try:
            seconds = (parsedate_to_datetime(text) - clock.now()).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(math.ceil(seconds), 0), _LONGEST_WAIT)


def _directive(answer: HttpResponse) -> Directive | None:
    value = answer.headers.get("webhook-delivery", "").strip().lower()
    return next((known for known in get_args(Directive) if known == value), None)


def _ms_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
