"""Names of time zones."""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator


@cache
def zone_names() -> frozenset[str]:
    """The names in the IANA database."""
    return frozenset(available_timezones())


def _known(name: str) -> str:
    if name not in zone_names():
        raise ValueError(f"{name} is not a time zone of the IANA database such as Europe/Berlin")
    return name


Timezone = Annotated[str, AfterValidator(_known)]
"""A time zone by its name in the IANA database."""
