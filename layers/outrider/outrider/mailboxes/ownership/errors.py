"""What can go wrong with proofs of ownership."""

from outrider.kit.errors import ValidationFailed


class OwnershipLost(Exception):
    """Another workspace has the address, or the proof is gone, since it was read."""


class TooManyCodes(Exception):
    """No further code is sent to the address, or for the workspace, on this day."""


class WrongCode(ValidationFailed):
    def __init__(self) -> None:
        super().__init__(
            "The code is wrong, was used or has expired, or was tried too often. Ask for another "
            'with {"method": "code"}'
        )
