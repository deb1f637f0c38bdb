"""Request bodies of the replies API."""

from typing import Literal

from outrider.kit.http.inputs import Input
from outrider.sequences.models import ReplyClass


class ClassificationUpdate(Input):
    """Manual classification of a reply. `stop` marks it as an opt-out request: the address is
    suppressed, and another classification does not undo that."""

    value: ReplyClass | Literal["stop"]
