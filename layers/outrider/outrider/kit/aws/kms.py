"""Small secrets under the stack's KMS key, bound to what they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients
from outrider.kit.errors import ServiceUnavailable


class CipherFailed(ServiceUnavailable):
    """KMS did not do it: out of reach, or not allowed."""


@dataclass(frozen=True, slots=True)
class Cipher:
    """Encrypts up to 4 KB. `context` is no secret; only the same one decrypts. Raises
    CipherFailed."""

    key_id: str

    def encrypt(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        answer = _call(
            "encrypt", KeyId=self.key_id, Plaintext=plain, EncryptionContext=dict(context)
        )
        return bytes(answer["CiphertextBlob"])

    def decrypt(self, encrypted: bytes, context: Mapping[str, str]) -> bytes:
        answer = _call(
            "decrypt",
            KeyId=self.key_id,
            CiphertextBlob=encrypted,
            EncryptionContext=dict(context),
        )
        return bytes(answer["Plaintext"])


def _call(operation: str, **params: Any) -> Any:
    try:
        return getattr(clients.client("kms"), operation)(**params)
    except (BotoCoreError, ClientError) as error:
        raise CipherFailed from error
