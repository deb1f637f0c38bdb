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
    """The key that `text` names: base64 of 24 to 64 bytes behind `whsec_`; of any other text, its
    UTF-8 bytes. Raises ValueError, also where `whsec_` stands within the text, which would be
    another key than the one it names."""
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
    """The form in which every library of Standard Webhooks takes a key."""
    return PREFIX + base64.b64encode(key).decode()


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`; `timestamp` is in seconds, `body` is UTF-8."""
    at = datetime.fromtimestamp(timestamp, UTC)
    signature: str = Webhook(key).sign(message_id, at, body.decode())
    return signature


def sign_body(key: bytes, body: bytes) -> str:
    """The value of `X-Outrider-Signature`, for receivers that check the body alone."""
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def headers(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows that a message is ours and which one it is: signed by
    each of `keys`, and where one signature has room, by the first."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(key, message_id, timestamp, body) for key in keys),
        "X-Outrider-Signature": sign_body(keys[0], body),
    }
