"""Passwords of mailboxes: encrypted where they are stored, plain only in memory."""

from dataclasses import dataclass
from functools import lru_cache

from outrider.access.models import WorkspaceId
from outrider.kit.aws.kms import Cipher


@dataclass(frozen=True, slots=True)
class PasswordSafe:
    """The passwords of one workspace. Each is bound to its workspace and mailbox, so a ciphertext
    copied to another item does not open. Raises CipherFailed."""

    cipher: Cipher
    workspace: WorkspaceId

    def lock(self, mailbox_id: str, password: str) -> bytes:
        return self.cipher.encrypt(password.encode(), _context(self.workspace, mailbox_id))

    def open(self, mailbox_id: str, locked: bytes) -> str:
        """Asks KMS once in the life of a process."""
        return _open(self.cipher, self.workspace, mailbox_id, locked)


@lru_cache(maxsize=1_000)
def _open(cipher: Cipher, workspace: WorkspaceId, mailbox_id: str, locked: bytes) -> str:
    return cipher.decrypt(locked, _context(workspace, mailbox_id)).decode()


def _context(workspace: WorkspaceId, mailbox_id: str) -> dict[str, str]:
    return {"workspace": workspace, "mailbox": mailbox_id}
