"""Ownership proofs, verification codes and TXT records."""

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
"""Daily limits (UTC) of verification codes: to one address from anybody, and from one workspace."""
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Ownership:
    """Proof that a workspace owns `subject`: an address (`folded`), or all addresses of a
    domain."""

    subject: str
    by: Proof


def record_of(domain: str, seal: bytes) -> DnsRecord:
    """Return the TXT record that proves a domain for the workspace with the secret `seal`. Its
    value does not reveal the workspace."""
    digest = hmac.digest(seal, f"ownership\n{domain}".encode(), hashlib.sha256)
    token = base64.b32encode(digest[:20]).decode().lower()
    return DnsRecord(type="TXT", name=f"_outrider.{domain}", value=f"outrider-verify={token}")


def new_code() -> str:
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def hash_of(code: str, email: str, seal: bytes) -> str:
    """Return the keyed hash in which a code is stored: without the secret key, eight digits could
    be guessed from a hash."""
    return hmac.new(seal, f"code\n{folded(email)}\n{code}".encode(), hashlib.sha256).hexdigest()
