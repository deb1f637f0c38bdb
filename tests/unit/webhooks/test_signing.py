import base64
import hashlib
import hmac
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from outrider.webhooks.deliveries import signing

# The vector of the specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, TIMESTAMP = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class TestSign:
    def test_gives_the_signature_of_the_specification(self) -> None:
        key = signing.parse_secret(SECRET)

        assert signing.sign(key, MESSAGE, TIMESTAMP, BODY) == SIGNATURE

    @pytest.mark.parametrize("body", [b"{}", '{"name":"Zoë ✓"}'.encode(), b"\x00\xff"[:1]])
    def test_is_accepted_by_the_library_of_receivers(self, body: bytes) -> None:
        key = signing.new_key()
        headers = signing.headers([key], "evt_1", int(time.time()), body)

        Webhook(signing.show_secret(key)).verify(body, headers, json_parse=False)

    def test_is_refused_when_the_body_was_altered(self) -> None:
        key = signing.new_key()
        headers = signing.headers([key], "evt_1", int(time.time()), b"{}")

        with pytest.raises(WebhookVerificationError):
            Webhook(signing.show_secret(key)).verify(b"{ }", headers)

    def test_signs_the_body_alone_for_the_simple_check(self) -> None:
        expected = "sha256=" + hmac.new(b"your-webhook-secret", BODY, hashlib.sha256).hexdigest()

        assert signing.sign_body(b"your-webhook-secret", BODY) == expected


class TestSecrets:
    def test_takes_the_bytes_of_any_text(self) -> None:
        assert signing.parse_secret("pässword") == "pässword".encode()

    def test_shows_what_it_was_given(self) -> None:
        assert signing.show_secret(signing.parse_secret(SECRET)) == SECRET

    def test_makes_keys_of_32_bytes_that_differ(self) -> None:
        one, other = signing.new_key(), signing.new_key()

        assert len(one) == 32
        assert one != other

    @pytest.mark.parametrize("size", [24, 32, 64])
    def test_takes_keys_of_24_to_64_bytes(self, size: int) -> None:
        assert len(signing.parse_secret(_secret(size))) == size

    @pytest.mark.parametrize(
        "text",
        [
            *("", "short77", "whsec_", "whsec_!!!!", SECRET + "=", SECRET[:-1], SECRET + " "),
            *("v1," + SECRET, " " + SECRET, "v1 " + SECRET, f'"{SECRET}"'),
        ],
    )
    def test_refuses_what_is_no_secret(self, text: str) -> None:
        with pytest.raises(ValueError):
            signing.parse_secret(text)

    @pytest.mark.parametrize("size", [0, 23, 65])
    def test_refuses_keys_of_other_sizes(self, size: int) -> None:
        with pytest.raises(ValueError, match="24 to 64 bytes"):
            signing.parse_secret(_secret(size))


def _secret(size: int) -> str:
    return "whsec_" + base64.b64encode(bytes(size)).decode()
