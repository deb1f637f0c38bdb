"""What the API takes about replies."""

from typing import Literal

from outrider.kit.http.inputs import Input
from outrider.sequences.models import ReplyClass


class ClassificationUpdate(Input):
    """What a person finds that the reply says; `stop`: it asks to stop, so its address is
    suppressed, and nothing takes that back here."""

    value: ReplyClass | Literal["stop"]
