"""Errors of ownership verification."""

from outrider.kit.errors import ValidationFailed


class OwnershipLost(Exception):
    """Another workspace has taken the address, or the proof was withdrawn, since it was read."""


class TooManyCodes(Exception):
    """Daily limit of verification codes, to the address or of the workspace, is reached."""


class WrongCode(ValidationFailed):
    def __init__(self) -> None:
        super().__init__(
            "The code is wrong, was used or has expired, or was tried too often. Ask for another "
            'with {"method": "code"}'
        )
