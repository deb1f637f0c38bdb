"""SNS: short messages that were sent."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Text:
    phone: str
    text: str


class TextService:
    def __init__(self) -> None:
        self.sent: list[Text] = []

    def clear(self) -> None:
        self.sent.clear()

    def answer(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        assert operation == "Publish", f"the harness does not know sns {operation}"
        self.sent.append(Text(params["PhoneNumber"], params["Message"]))
        return {"MessageId": str(uuid4())}
