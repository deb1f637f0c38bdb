"""Reading an incoming mail: what it answers, and whether a person wrote it."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

_HUMAN = "no"


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """`answers` are the Message-IDs it refers to, the most direct first, without <>."""

    message_id: str
    answers: list[str]
    automatic: bool

    @classmethod
    def parse(cls, raw: bytes) -> "IncomingMail":
        mail = message_from_bytes(raw, policy=default)
        quoted = _ids(mail, "In-Reply-To") + list(reversed(_ids(mail, "References")))
        return cls(
            message_id="".join(_ids(mail, "Message-ID")[:1]),
            answers=list(dict.fromkeys(quoted)),
            automatic=_is_automatic(mail),
        )


def _ids(mail: EmailMessage, header: str) -> list[str]:
    return [part.strip("<>") for part in str(mail.get(header, "")).split() if part.strip("<>")]


def _is_automatic(mail: EmailMessage) -> bool:
    """Whether a machine wrote it (RFC 3834: Auto-Submitted other than `no`; delivery reports)."""
    submitted = str(mail.get("Auto-Submitted", _HUMAN)).partition(";")[0].strip().lower()
    return (
        submitted != _HUMAN
        or "X-Autoreply" in mail
        or mail.get_content_type() == "multipart/report"
    )
