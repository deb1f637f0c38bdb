"""Web addresses that are kept, for people to follow: whatever shows one as a link runs nothing."""

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
    """An http or https address without user or password, or one that leaves its scheme out, such as
    `www.example.com/about`; without spaces around it. Raises ValueError for anything else."""
    url = text.strip()
    if not _WEB_ADDRESS.fullmatch(url):
        raise ValueError(f"{quoted(text)} is not a web address such as https://example.com")
    return url


WebAddress = Annotated[str, Field(max_length=2_000), AfterValidator(web_address)]
ShortWebAddress = Annotated[str, Field(max_length=500), AfterValidator(web_address)]
