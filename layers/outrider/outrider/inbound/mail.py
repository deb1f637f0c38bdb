"""Reading an incoming mail: what it answers, and whether a person wrote it."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

_HUMAN = "no"
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """`answers` are the Message-IDs it refers to, the most direct first, without <>."""

    message_id: str
    answers: list[str]
    automatic: bool

    @classmethod
    def parse(cls, raw: bytes) -> "IncomingMail":
        mail = message_from_bytes(raw, policy=compat32)  # takes headers as they are, broken or not
        quoted = _ids(mail, "In-Reply-To") + list(reversed(_ids(mail, "References")))
        return cls(
            message_id="".join(_ids(mail, "Message-ID")[:1]),
            answers=list(dict.fromkeys(quoted)),
            automatic=_is_automatic(mail),
        )


def _ids(mail: Message, header: str) -> list[str]:
    return _MESSAGE_ID.findall(str(mail.get(header, "")))


def _is_automatic(mail: Message) -> bool:
    """Whether a machine wrote it (RFC 3834: Auto-Submitted other than `no`; delivery reports)."""
    submitted = str(mail.get("Auto-Submitted", _HUMAN)).partition(";")[0].strip().lower()
    return (
        submitted != _HUMAN
        or "X-Autoreply" in mail
        or mail.get_content_type() == "multipart/report"
    )
