"""AWS Signature Version 4 for POST requests without path or query, the only kind that DynamoDB
needs.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

botocore signs any request, but is several times slower; a test compares both results.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Scope:
    """Credential scope of a signature, without its date."""

    region: str
    service: str

    def sign(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        access_key: str,
        secret_key: str,
        now: datetime,
    ) -> dict[str, str]:
        """Return `headers` with `x-amz-date` and `authorization` added.

        The names in `headers` must be lower-case; all of them are signed.
        """
        moment = now.strftime("%Y%m%dT%H%M%SZ")
        signed = {**headers, "x-amz-date": moment}
        names = sorted(signed)
        listed = ";".join(names)
        fields = "".join(f"{name}:{signed[name]}\n" for name in names)
        canonical = f"POST\n/\n\n{fields}\n{listed}\n{hashlib.sha256(body).hexdigest()}"
        day = moment[:8]
        scope = f"{day}/{self.region}/{self.service}/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        key = _key_of_day(secret_key, day, self.region, self.service)
        signature = hmac.digest(
            key, f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}".encode(), "sha256"
        )
        signed["authorization"] = (
            f"{_ALGORITHM} Credential={access_key}/{scope},"
            f" SignedHeaders={listed}, Signature={signature.hex()}"
        )
        return signed


@lru_cache(maxsize=8)
def _key_of_day(secret_key: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
