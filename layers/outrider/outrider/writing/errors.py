"""Errors of writers."""

from typing import Literal

from outrider.language_models.errors import Fault as ModelFault

WritingFault = ModelFault | Literal["not_configured", "output_refused", "no_answer"]
"""`output_refused`: what the model wrote breaks a rule. `no_answer`: the function that calls models
did not answer."""


class WritingFailed(Exception):
    """A writer wrote nothing that can be used. `detail` may be shown to users: it has nothing of
    what the model wrote, nor of the provider's own message."""

    def __init__(self, fault: WritingFault, detail: str) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail


class OutputRefused(WritingFailed):
    """What a model wrote breaks a rule."""

    def __init__(self, detail: str) -> None:
        super().__init__("output_refused", detail)
