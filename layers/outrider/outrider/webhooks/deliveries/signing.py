"""Secrets and signatures of Standard Webhooks 1.0.0.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
MIN_TEXT = 8
_KEY_BYTES = range(24, 65)


def new_key() -> bytes:
    return secrets.token_bytes(32)


def parse_secret(text: str) -> bytes:
    """Return the signing key of a secret: for `whsec_…` the decoded base64 (24 to 64 bytes), else
    the UTF-8 bytes of the text.

    Raises ValueError if the base64 is invalid or the text too short, and if `whsec_` is not at the
    beginning: such a text would silently become another key than the one meant.
    """
    if not text.startswith(PREFIX):
        if PREFIX in text:
            raise ValueError(f"The secret must begin with {PREFIX}: leave out what is before it")
        if len(text) < MIN_TEXT:
            raise ValueError(f"The secret must have at least {MIN_TEXT} characters")
        return text.encode()
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if len(key) not in _KEY_BYTES or show_secret(key) != text:
        raise ValueError(f"What follows {PREFIX} must be base64 of 24 to 64 bytes, padded with =")
    return key


def show_secret(key: bytes) -> str:
    """Return the key as `whsec_…`, the form that every Standard Webhooks library accepts."""
    return PREFIX + base64.b64encode(key).decode()


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`; `timestamp` is in seconds, `body` is UTF-8."""
    at = datetime.fromtimestamp(timestamp, UTC)
    signature: str = Webhook(key).sign(message_id, at, body.decode())
    return signature


def sign_body(key: bytes, body: bytes) -> str:
    """Return the value of `X-Outrider-Signature`, for receivers that verify the body alone."""
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def headers(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the signature headers and the message id. `webhook-signature` has a signature of each
    of `keys`, `X-Outrider-Signature` only that of the first."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(key, message_id, timestamp, body) for key in keys),
        "X-Outrider-Signature": sign_body(keys[0], body),
    }
