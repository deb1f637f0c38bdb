"""Web addresses that are stored and shown as links: schemes that run code are rejected."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from outrider.kit.text.quotes import quoted

_WEB_ADDRESS = re.compile(
    r"""(?: [Hh][Tt][Tt][Pp][Ss]?:// (?: [\w.-]+ | \[[0-9A-Fa-f:.]+\] )
          | [\w-]+ (?: \.[\w-]+ )+ \.? )
        (?: :[0-9]{1,5} )?
        (?: [/?#] [^\s\x00-\x20\x7f\\<>"]* )?""",
    re.VERBOSE,
)


def web_address(text: str) -> str:
    """Return an http or https URL without surrounding spaces. It must not have a user name or
    password; the scheme may be missing, as in `www.example.com/about`. Raises ValueError for
    anything else."""
    url = text.strip()
    if not _WEB_ADDRESS.fullmatch(url):
        raise ValueError(f"{quoted(text)} is not a web address such as https://example.com")
    return url


WebAddress = Annotated[str, Field(max_length=2_000), AfterValidator(web_address)]
ShortWebAddress = Annotated[str, Field(max_length=500), AfterValidator(web_address)]
