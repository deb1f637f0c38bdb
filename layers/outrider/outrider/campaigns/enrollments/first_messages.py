"""First messages of enrollments that were rendered in advance, for a person to approve."""

import hashlib
import re
import zlib
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from outrider.kit import json
from outrider.kit.models import Model

MAX_SUBJECT = 900
MAX_BYTES = 200_000
"""Maximum size of the content, which is one DynamoDB item and, sent, another one with its links."""
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Control characters except tab and line breaks, and lone surrogates."""
ENCODED_WORD = "=?"
"""Start of an encoded-word (RFC 2047), which a subject must not have."""


def _one_line(subject: str) -> str:
    if subject != " ".join(subject.split()):
        raise ValueError("The subject must be one line, without leading, trailing or double spaces")
    if ENCODED_WORD in subject:
        raise ValueError(f"The subject must not contain {ENCODED_WORD}, which starts encoded text")
    return subject


def _readable(text: str) -> str:
    if found := UNREADABLE.search(text):
        raise ValueError(f"The content must not contain the control character {found[0]!a}")
    return text


_Text = Annotated[str, AfterValidator(_readable)]


class FirstMessage(Model):
    """Content of the first message of an enrollment as it was shown for approval, which is sent as
    it is: it is data, not a template.

    An email has the footer, and unsubscribe links without effect, in whose place the recipient gets
    links with effect. A message of another channel has no mailbox and no HTML.
    """

    model_config = ConfigDict(frozen=True)

    step_id: str
    mailbox_id: str = ""
    to: str = ""
    """Address that an email was shown to go to. It is not sent to another one."""
    subject: Annotated[_Text, AfterValidator(_one_line), Field(max_length=MAX_SUBJECT)]
    text: _Text
    html: _Text | None = None

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        if self.mailbox_id and not (self.subject and self.text.strip()):
            raise ValueError("An email must have a subject and a text")
        if len(self.model_dump_json().encode()) > MAX_BYTES:
            raise ValueError(f"The content is too long: {MAX_BYTES:,} bytes at most")
        return self

    @property
    def hash(self) -> str:
        """Identifies the content: SHA-256, 64 hexadecimal digits."""
        return hashlib.sha256(json.canonical(self.model_dump_json().encode())).hexdigest()

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        return cls.model_validate(json.loads(zlib.decompress(item["content"])))

    def to_item(self) -> dict[str, Any]:
        """Return the fields for an item, compressed."""
        return {"content": zlib.compress(json.dumps(self.model_dump(exclude_none=True)), 9)}
