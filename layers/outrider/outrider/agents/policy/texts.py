"""Text of a model for people, without what would load or open something elsewhere."""

import html
import re
from collections.abc import Mapping
from typing import Any

_IMAGE = re.compile(r"!\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])?")
_TAG = re.compile(r"<[^<>]*>")
_URL = re.compile(
    r"(?:\b(?:https?|wss?|ftp|file|data|javascript|mailto):[\\/]*|[\\/]{2,})[^\s<>\"'()\[\]]*",
    re.IGNORECASE,
)
REMOVED = "(link removed)"
_SHORT = "…"
"""In place of a link that is shorter than `REMOVED`, so that no text becomes much longer."""
_MOST_DECODINGS = 8
"""How often text may have been encoded; each further time costs as much again."""


def without_links(text: str, host: str) -> str:
    """Return `text` without images, markup and links to other hosts than `host`.

    Whoever wrote what a model has read could have it put data into the address of an image, which
    a viewer of Markdown loads without being asked. Entities are decoded first, because viewers do
    so, until none is left; a text that was encoded too often loses them. Takes time in proportion
    to the length of the text.
    """
    for _ in range(_MOST_DECODINGS):
        text = html.unescape(text)
    if html.unescape(text) != text:
        text = text.replace("&", "")
    text = _TAG.sub("", _IMAGE.sub(r"\1", text))
    own = re.compile(rf"https://{re.escape(host)}(?:[/?#]|$)", re.IGNORECASE) if host else None

    def shown(url: re.Match[str]) -> str:
        if own and own.match(url[0]):
            return url[0]
        return REMOVED if len(url[0]) >= len(REMOVED) else _SHORT

    return _URL.sub(shown, text)


def without_links_within(value: Any, host: str) -> Any:
    """Return a JSON value whose texts, names of fields included, are as from `without_links`."""
    match value:
        case str():
            return without_links(value, host)
        case Mapping():
            return {
                without_links(str(name), host): without_links_within(each, host)
                for name, each in value.items()
            }
        case list() | tuple():
            return [without_links_within(each, host) for each in value]
        case _:
            return value
