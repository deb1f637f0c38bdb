"""The rules of a campaign as a caller gives them: each may be left out."""

from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator

from outrider.campaigns.windows import zone_of
from outrider.kit.requests import Input
from outrider.sequences.models import SendWindow, Settings, Weekday

MAX_WINDOWS, MAX_HOLIDAYS = 50, 400


def _zone(name: str) -> str:
    if zone_of(name) is None:
        raise ValueError("not a time zone of the IANA database, for example Europe/Berlin")
    return name


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _time(text: str) -> str:
    if text != "24:00":
        time.fromisoformat(text)
    return text


Time = Annotated[str, Field(pattern=r"^\d\d:\d\d$"), AfterValidator(_time)]

Day = Annotated[str, AfterValidator(_day)]


class WindowGiven(Input):
    """`end` may be 24:00, the end of the day."""

    days: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    start: Time
    end: Time

    @field_validator("end")
    @classmethod
    def _after_the_start(cls, end: str, info: Any) -> str:
        if end <= info.data.get("start", ""):
            raise ValueError("The end of a window is after its start")
        return end


class RulesGiven(Input):
    """What is given changes, the rest stays as it is: of the sequence, or of the campaign."""

    timezone: Annotated[str, Field(max_length=64), AfterValidator(_zone)] = "UTC"
    use_contact_timezone: bool = True
    windows: list[WindowGiven] = Field(default_factory=list, max_length=MAX_WINDOWS)
    holidays: list[Day] = Field(default_factory=list, max_length=MAX_HOLIDAYS)
    daily_limit: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    company_daily_limit: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    stop_on_reply: bool = True
    stop_for_company: bool = False
    exclusive: bool = False
    min_interval_hours: Annotated[int, Field(ge=0, le=8_760)] = 0
    keep_running: bool = False
    track_opens: bool = False
    track_clicks: bool = False
    postal_address: Annotated[str, Field(min_length=1, max_length=500)] | None = None

    def over(self, settings: Settings) -> Settings:
        """`settings` with what is given here."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "windows" in given:
            given["windows"] = [SendWindow(**each.model_dump()) for each in self.windows]
        return settings.model_copy(update=given)
