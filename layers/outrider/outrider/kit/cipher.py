"""Small secrets under the stack's KMS key, bound to what they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass

from outrider.kit import aws


@dataclass(frozen=True, slots=True)
class Cipher:
    """Encrypts up to 4 KB. `context` is no secret; only the same one decrypts."""

    key_id: str

    def encrypt(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        answer = aws.client("kms").encrypt(
            KeyId=self.key_id, Plaintext=plain, EncryptionContext=dict(context)
        )
        return bytes(answer["CiphertextBlob"])

    def decrypt(self, encrypted: bytes, context: Mapping[str, str]) -> bytes:
        answer = aws.client("kms").decrypt(
            KeyId=self.key_id, CiphertextBlob=encrypted, EncryptionContext=dict(context)
        )
        return bytes(answer["Plaintext"])
