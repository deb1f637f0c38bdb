"""Encryption of small secrets with the stack's KMS key; the encryption context binds each secret to
its owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients
from outrider.kit.errors import ServiceUnavailable


class CipherFailed(ServiceUnavailable):
    """KMS did not respond or denied the call."""


@dataclass(frozen=True, slots=True)
class Cipher:
    """KMS encryption of up to 4 KB. `context` is the encryption context: it is not secret, and
    decryption requires the same one. Both methods raise CipherFailed."""

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


@dataclass(frozen=True, slots=True)
class Safe:
    """Encryption of the secrets of a workspace's resources of one kind.

    Each secret is bound to its workspace and resource by the encryption context, so a ciphertext
    that is copied to another item cannot be decrypted. Both methods raise CipherFailed.
    """

    cipher: Cipher
    workspace: str
    kind: Literal["mailbox", "provider", "webhook"]

    def lock(self, resource_id: str, secret: bytes) -> bytes:
        return self.cipher.encrypt(secret, {"workspace": self.workspace, self.kind: resource_id})

    def open(self, resource_id: str, locked: bytes) -> bytes:
        """Return the decrypted secret, cached for the life of the process to save KMS calls."""
        return decrypted(self.cipher, self.workspace, self.kind, resource_id, locked)


@lru_cache(maxsize=1_000)
def decrypted(cipher: Cipher, workspace: str, kind: str, resource_id: str, locked: bytes) -> bytes:
    """Return the decrypted secret, from the cache if possible. Raises CipherFailed."""
    return cipher.decrypt(locked, {"workspace": workspace, kind: resource_id})


def _call(operation: str, **params: Any) -> Any:
    try:
        return getattr(clients.client("kms"), operation)(**params)
    except (BotoCoreError, ClientError) as error:
        raise CipherFailed from error
