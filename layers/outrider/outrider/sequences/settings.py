"""Request and response schemas of campaign settings, used by sequences and campaigns."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field

from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.kit.zones import Timezone
from outrider.mailboxes.health.guardrail import Guardrail
from outrider.sequences.models import SendWindow, Settings, Weekday

MAX_WINDOWS = 50
MAX_HOLIDAYS = 400

_TIME = r"^(?:[01]\d|2[0-3]):[0-5]\d$"


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("A holiday must be a day such as 2026-12-25") from error
    return day.isoformat()


Day = Annotated[
    str,
    Field(max_length=10, json_schema_extra={"format": "date", "pattern": "^(?!0000)"}),
    AfterValidator(_day),
]
Limit = Annotated[int, Field(ge=1, le=1_000_000)]


class Window(Input):
    """Days and hours in which steps may be carried out: from `from` until before `to`, `HH:MM` in
    the time zone; `to` may be 24:00. A window across midnight must be split into two."""

    model_config = ConfigDict(serialize_by_alias=True)

    days: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    start: Annotated[str, Field(alias="from", pattern=_TIME, examples=["09:00"])]
    end: Annotated[str, Field(alias="to", pattern=f"{_TIME}|^24:00$", examples=["17:00"])]

    @classmethod
    def of(cls, window: SendWindow) -> Self:
        return cls.model_validate({"days": window.days, "from": window.start, "to": window.end})


class _Settings(Model):
    timezone: Timezone = "UTC"
    use_contact_timezone: bool = True
    windows: Annotated[list[Window], Field(max_length=MAX_WINDOWS)] = Field(default_factory=list)
    holidays: Annotated[list[Day], Field(max_length=MAX_HOLIDAYS)] = Field(default_factory=list)
    daily_limit: Limit | None = None
    company_daily_limit: Limit | None = None
    stop_on_reply: bool = True
    stop_for_company: bool = False
    exclusive: bool = False
    min_interval_hours: Annotated[int, Field(ge=0, le=8_760)] = 0
    keep_running: bool = False
    track_opens: bool = False
    track_clicks: bool = False
    postal_address: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    guardrail: Guardrail = Guardrail()


class SettingsInput(_Settings, Input):
    """Settings to change: only the given fields change, and null removes a limit or the postal
    address. Windows and holidays are replaced as a whole; without windows, steps may be carried out
    at any time."""

    def over(self, current: Settings) -> Settings:
        """Return `current` with the given settings applied."""
        given: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "windows" in given:
            given["windows"] = [SendWindow(**vars(window)) for window in self.windows]
        return current.model_copy(update=given)


class SettingsView(_Settings):
    """Settings of a campaign."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        shown = settings.model_dump(exclude={"windows"})
        return cls(windows=[Window.of(window) for window in settings.windows], **shown)
