"""API keys as text: `otr_live_sk_`, 8 characters of public id, 32 of secret, 6 of checksum.

The checksum allows a mistyped or invented key to be rejected without a database read, and helps
secret scanners to avoid false positives.
"""

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field

from outrider.kit import ids
from outrider.kit.outbox import Mode

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PATTERN = re.compile(r"otr_(live|test)_sk_([0-9A-Za-z]{8})[0-9A-Za-z]{32}([0-9A-Za-z]{6})")


@dataclass(frozen=True, slots=True)
class Credential:
    """An API key. Its public id is the end of the key's resource id, so each can be derived from
    the other."""

    text: str = field(repr=False)
    public_id: str
    mode: Mode

    @classmethod
    def new(cls, key_id: str, mode: Mode) -> "Credential":
        """Return a new random credential for the key."""
        public_id = public_id_of(key_id)
        secret = "".join(secrets.choice(_BASE62) for _ in range(32))
        unchecked = f"otr_{mode}_sk_{public_id}{secret}"
        return cls(unchecked + checksum(unchecked), public_id, mode)

    @classmethod
    def parse(cls, text: str) -> "Credential | None":
        """Return the credential in `text`, or None if its format or checksum is wrong."""
        match = _PATTERN.fullmatch(text)
        if match is None or checksum(text[:-6]) != match[3]:
            return None
        return cls(text, match[2], "live" if match[1] == "live" else "test")

    @property
    def hash(self) -> str:
        """Return the SHA-256 hash, the only form in which the key is stored. The secret has 190
        random bits, so one round without salt is enough."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def proof(self) -> dict[str, str]:
        """Return what the record of the key must have: the hash."""
        return {"hash": self.hash}


def public_id_of(key_id: str) -> str:
    """Return the public id of a key from its resource id."""
    return key_id[-8:]


def is_key_id(text: str) -> bool:
    return ids.is_id("key", text)


def checksum(text: str) -> str:
    """Return the CRC-32 of `text` as six base62 digits."""
    number = zlib.crc32(text.encode())
    digits = []
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))
