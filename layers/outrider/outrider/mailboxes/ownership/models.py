"""Proofs of ownership, and what they are made of."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from outrider.kit.text.addresses import folded
from outrider.mailboxes.checks.models import DnsRecord
from outrider.mailboxes.models import Proof

CODE_LIFE = timedelta(minutes=30)
CODE_TRIES = 5
CODES_TO_ADDRESS, CODES_OF_WORKSPACE = 5, 20
"""How many codes are sent on a day (UTC): to an address, whoever asks, and for a workspace."""
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Ownership:
    """What a workspace has proved: that an address (`folded`), or each one of a domain, is its
    own."""

    subject: str
    by: Proof


def record_of(domain: str, seal: bytes) -> DnsRecord:
    """Return the TXT record by which a domain names the workspace whose secret is `seal`. It tells
    nobody which workspace that is."""
    digest = hmac.digest(seal, f"ownership\n{domain}".encode(), hashlib.sha256)
    token = base64.b32encode(digest[:20]).decode().lower()
    return DnsRecord(type="TXT", name=f"_outrider.{domain}", value=f"outrider-verify={token}")


def new_code() -> str:
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def hash_of(code: str, email: str, seal: bytes) -> str:
    """Return the form in which a code is stored: its few digits are safe under the secret only."""
    return hmac.new(seal, f"code\n{folded(email)}\n{code}".encode(), hashlib.sha256).hexdigest()
