"""Webhooks' secrets: encrypted where they are stored, plain only in memory."""

from dataclasses import dataclass
from functools import lru_cache

from outrider.access.models import WorkspaceId
from outrider.kit.aws.kms import Cipher


@dataclass(frozen=True, slots=True)
class SecretSafe:
    """The secrets of one workspace. Each is bound to its workspace and webhook, so a ciphertext
    copied to another item does not open."""

    cipher: Cipher
    workspace: WorkspaceId

    def lock(self, webhook_id: str, key: bytes) -> bytes:
        return self.cipher.encrypt(key, _context(self.workspace, webhook_id))

    def open(self, webhook_id: str, locked: bytes) -> bytes:
        """Asks KMS once in the life of a process."""
        return _open(self.cipher, self.workspace, webhook_id, locked)


@lru_cache(maxsize=1_000)
def _open(cipher: Cipher, workspace: WorkspaceId, webhook_id: str, locked: bytes) -> bytes:
    return cipher.decrypt(locked, _context(workspace, webhook_id))


def _context(workspace: WorkspaceId, webhook_id: str) -> dict[str, str]:
    return {"workspace": workspace, "webhook": webhook_id}
