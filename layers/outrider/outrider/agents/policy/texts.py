"""Text of a model for people, without what would load or open something elsewhere."""

import html
import re

_IMAGE = re.compile(r"!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?")
_TAG = re.compile(r"<[^<>]*>")
_URL = re.compile(
    r"(?:\b(?:https?|wss?|ftp|file|data|javascript|mailto):[\\/]*|[\\/]{2,})[^\s<>\"'()\[\]]*",
    re.IGNORECASE,
)
REMOVED = "(link removed)"


def without_links(text: str, host: str) -> str:
    """Return `text` without images, markup and links to other hosts than `host`.

    Whoever wrote what a model has read could have it put data into the address of an image, which
    a viewer of Markdown loads without being asked. Entities are decoded first, because viewers do
    so, until none is left.
    """
    while (decoded := html.unescape(text)) != text:
        text = decoded
    text = _TAG.sub("", _IMAGE.sub(r"\1", text))
    own = re.compile(rf"https://{re.escape(host)}(?:[/?#]|$)", re.IGNORECASE) if host else None
    return _URL.sub(lambda url: url[0] if own and own.match(url[0]) else REMOVED, text)
