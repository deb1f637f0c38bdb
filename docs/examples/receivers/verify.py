"""In place of the package `standardwebhooks`, with the standard library of Python 3.9 or newer."""

import base64
import hashlib
import hmac
import json
import time

TOLERANCE = 5 * 60


class WebhookVerificationError(Exception):
    pass


class Webhook:
    def __init__(self, secret):
        self.key = base64.b64decode(secret.removeprefix("whsec_"))

    def verify(self, body, headers):
        """The event, if Outrider sent it just now. `headers` have lower-case names, `body` is the
        bytes as they came."""
        timestamp = headers.get("webhook-timestamp", "")
        if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE:
            raise WebhookVerificationError("not of this time")
        signed = f"{headers.get('webhook-id')}.{timestamp}.".encode() + body
        digest = hmac.new(self.key, signed, hashlib.sha256).digest()
        expected = b"v1," + base64.b64encode(digest)
        # While a secret is being replaced there are two signatures, one by each.
        given = headers.get("webhook-signature", "").encode().split()
        if not any(hmac.compare_digest(each, expected) for each in given):
            raise WebhookVerificationError("not signed with this secret")
        return json.loads(body)
