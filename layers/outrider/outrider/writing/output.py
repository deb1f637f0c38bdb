"""Rules for texts that a model wrote, whoever made it write them.

What breaks a rule is refused as a whole: a text that tries to be something other than plain text
cannot be trusted in the rest either.
"""

import re
import unicodedata
from collections.abc import Iterable

from outrider.writing.errors import OutputRefused

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of control and format characters, such as bidirectional overrides."""
_SYNTAX = re.compile(r"[<>{}\[\]`|\\]")
"""Characters of HTML, templates, spintax, placeholders and Markdown."""
_SCHEME = re.compile(r"\b[a-z][a-z0-9+.-]*:/|\bwww\.|\b(?:mailto|javascript|data|tel):(?=\S)", re.I)
_HOST = re.compile(r"(?<![\w.-])\w[\w-]*(?:\.[\w-]+)*\.[^\W\d_]{2,}(?![\w-])")
_IDEOGRAPHIC_STOP = re.compile(r"(?<=\w)\u3002(?=[a-z0-9])")
"""A full stop that stands for the dot of a host (RFC 3490, 3.1)."""
_ENTITY = re.compile(r"&(?:#\w+|[a-z]\w*);|%[0-9a-f]{2}|=\?", re.I)
"""HTML entities, percent-encoding and the start of an encoded-word (RFC 2047)."""
_HEADER = re.compile(
    r"^\s*(?:bcc|cc|to|from|sender|reply-to|subject|date|message-id|mime-version|received"
    r"|content-[a-z-]+|list-[a-z-]+|x-[a-z-]+)\s*:",
    re.I | re.M,
)


def checked(text: str, most: int, *, names: Iterable[str] = (), mark: str = "") -> str:
    """Return a paragraph of plain text that a model wrote, in Unicode form NFC and with single
    spaces.

    `most` is its maximum number of characters, `names` are names that look like hosts and are none,
    such as Next.js, and `mark` is the random number of the quotations. Raises OutputRefused.
    """
    if len(text) > most:
        raise OutputRefused(f"The model wrote more than {most:,} characters")
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    if not flat:
        raise OutputRefused("The model wrote an empty text")
    if any(unicodedata.category(character) in _INVISIBLE for character in flat):
        raise OutputRefused("The model wrote an invisible character")
    if mark and mark in flat:
        raise OutputRefused("The model repeated the marks of quotations")
    if _HEADER.search(text):
        raise OutputRefused("The model wrote a header of an email")
    if _SYNTAX.search(flat) or _ENTITY.search(flat):
        raise OutputRefused("The model wrote markup or template syntax")
    if _has_address(flat, names):
        raise OutputRefused("The model wrote a link or an address")
    return flat


def _has_address(text: str, names: Iterable[str]) -> bool:
    """Return whether the text has a URL, a host or an email address. Compatibility forms, such as
    fullwidth letters, are recognized."""
    plain = _IDEOGRAPHIC_STOP.sub(".", unicodedata.normalize("NFKC", text).casefold())
    known = {name.casefold() for name in names}
    if "@" in plain or _SCHEME.search(plain):
        return True
    return any(found[0] not in known for found in _HOST.finditer(plain))
