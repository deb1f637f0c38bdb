"""What the API takes about replies."""

from outrider.kit.inputs import Input
from outrider.sequences.models import ReplyClass


class ClassificationUpdate(Input):
    """What a person finds that the reply says."""

    value: ReplyClass
