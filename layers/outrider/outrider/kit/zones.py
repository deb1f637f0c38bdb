"""Time zone names."""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator


@cache
def zone_names() -> frozenset[str]:
    """Return all names in the IANA time zone database."""
    return frozenset(available_timezones())


def _known(name: str) -> str:
    if name not in zone_names():
        raise ValueError(f"{name} is not a time zone of the IANA database such as Europe/Berlin")
    return name


Timezone = Annotated[str, AfterValidator(_known)]
"""Name of a time zone in the IANA database."""
