"""The day on which someone who is away says they are back.

A library that reads dates of any language (dateparser) takes longer to import than all of this
function takes to start; an absence says its dates in few ways. Text is folded as `words` are.
"""

import re
from datetime import date, timedelta

from outrider.inbound import words

_FURTHEST = timedelta(days=400)

_MONTHS = {
    words.fold(name): number
    for number, names in enumerate(
        (
            "january jan januar janner janvier enero ene gennaio gen januari janeiro",
            "february feb februar febr fevrier fev febrero febbraio februari fevereiro",
            "march mar marz maerz mars marzo maart mrt marco",
            "april apr avril avr abril abr aprile",
            "may mai mayo maggio mag mei maio",
            "june jun juni juin junio giugno giu junho",
            "july jul juli juillet juil julio luglio lug julho",
            "august aug aout agosto ago augustus",
            "september sep sept septembre septiembre set settembre setembro",
            "october oct oktober okt octobre octubre ottobre ott outubro out",
            "november nov novembre noviembre novembro",
            "december dec dezember dez decembre diciembre dic dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    words.fold(name): number
    for number, names in enumerate(
        (
            "monday montag lundi lunes lunedi maandag segunda segunda-feira mon",
            "tuesday dienstag mardi martes martedi dinsdag terca terca-feira tue tues",
            "wednesday mittwoch mercredi miercoles mercoledi woensdag quarta quarta-feira wed",
            "thursday donnerstag jeudi jueves giovedi donderdag quinta quinta-feira thu thurs",
            "friday freitag vendredi viernes venerdi vrijdag sexta sexta-feira fri",
            "saturday samstag samedi sabado sabato zaterdag sat",
            "sunday sonntag dimanche domingo domenica zondag sun",
        )
    )
    for name in names.split()
}
_TOMORROW = r"tomorrow|morgen|demain|manana|domani|amanha"
_NEXT_WEEK = (
    r"next week|nachste woche|nachster woche|kommende woche|semaine prochaine|proxima semana"
    r"|prossima settimana|settimana prossima|volgende week|semana qu viene|semana qu vem"
)

_NEXT = r"(?:next|nachste[nr]?|kommende[nr]?|proximo|prossimo|volgende|proxima)\s+"

_UNTIL = (
    r"until|till|til|thru|through|up to(?: and including)?|bis|jusqu'?(?:au|a)|au|hasta"
    r"|al|fino a(?:l|ll')?|tot(?: en met)?|t/m|ate|a|to"
)
"""Before the last day, or the first one again."""
_THROUGH = re.compile(
    r"\b(?:through|thru|up to and including|bis|tot en met|t/m|inclu(?:s|sive|sivement|ido|so)"
    r"|einschliesslich|compreso)\b"
)
"""Says that the day itself is still one of absence."""
_BACK = (
    r"(?:(?:will |shall |'ll |am |be )*(?:back|return(?:ing|s)?|available again|resum\w+)"
    r"|ab(?: dem)?|wieder|zuruck|erreichbar|retour|disponible|regres\w+|vulv\w+|volver\w+"
    r"|reincorpor\w+|rientr\w+|torn\w+|terug|bereikbaar|aanwezig|retorn\w+|volt\w+|from|desde"
    r"|a partir d\w+|dal|vanaf|des)"
)

_DAY = r"(?:[0-3]?\d)"
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_DATE = (
    r"(?P<iso>\d{4}-\d{2}-\d{2})"
    rf"|(?P<dmy>{_DAY}\s?[./-]\s?[01]?\d(?:\s?[./-]\s?(?:20)?\d{{2}})?)(?![\d:])"
    rf"|(?P<day>{_DAY})(?:st|nd|rd|th|er|\.|º|o)?\s+(?:of\s+|de\s+|d')?(?P<month>{_MONTH})\b\.?"
    r"(?:,?\s+(?:de\s+|del\s+)?(?P<year>20\d{2}))?"
    rf"|(?P<month2>{_MONTH})\.?\s+(?P<day2>{_DAY})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year2>20\d{{2}}))?"
)
_FIND = re.compile(rf"(?<![\w])(?:{_DATE})")
_LEAD = re.compile(rf"^(?:.*\W)?(?:(?:{_BACK})|(?P<until>{_UNTIL}))\b[^\n.!?]{{0,40}}$", re.DOTALL)
"""The last word before a date that says what it is."""
_MONTH_ALONE = re.compile(
    rf"\b(?:{_UNTIL}|in|en|im|until at least|hasta)\s+(?:the\s+|el\s+|la\s+)?"
    r"(?:(?P<end>end of|late|ende|fin(?: de| d')?|finales de|final de|fine(?: di)?|eind|fim de)"
    r"|(?P<middle>mid|mitte|mi|mediados de|meta(?: di)?|half|meados de)"
    r"|(?:early|beginning of|start of|anfang|debut|principios de|inizio|begin|inicio de))?[\s-]*"
    rf"(?P<month>{_MONTH})\b(?:\s+(?:de\s+)?(?P<year>20\d{{2}}))?(?!\.?\s*\d)"
)
"""A month without a day: its beginning, its middle, or the day after its end."""
_DAY_LATER = re.compile(
    rf"\b(?:{_BACK}|{_UNTIL}|on|am|le|el|il|op|na)\b[^\n.!?]{{0,25}}?\b"
    rf"(?:(?P<next>{_NEXT})?(?P<weekday>{_WEEKDAY})|(?P<tomorrow>{_TOMORROW})|(?P<week>{_NEXT_WEEK}))\b"
)


def back_on(text: str, received: date) -> date | None:
    """The first day they say to be there again; None when no day is told that can be meant."""
    led: list[date] = []
    others: list[date] = []
    for found in _FIND.finditer(text):
        day = _date(found, received)
        if day is None or not received <= day <= received + _FURTHEST:
            continue
        before = text[max(0, found.start() - 60) : found.start()]
        lead = _LEAD.search(before)
        if lead and lead["until"] and _says_through(before, text[found.end() : found.end() + 20]):
            day += timedelta(days=1)
        (led if lead else others).append(day)
    if led or others:
        return max(led or others)
    return _relative(text, received)


def _says_through(before: str, behind: str) -> bool:
    return bool(_THROUGH.search(before[-45:]) or _THROUGH.search(behind))


def _relative(text: str, received: date) -> date | None:
    if (month := _MONTH_ALONE.search(text)) and (day := _of_month(month, received)):
        return day
    found = _DAY_LATER.search(text)
    if not found:
        return None
    if found["tomorrow"]:
        return received + timedelta(days=1)
    if found["week"]:
        return received + timedelta(days=7 - received.weekday())
    ahead = _WEEKDAYS[found["weekday"]] - received.weekday()
    if found["next"]:
        return received + timedelta(days=ahead + 7)
    return received + timedelta(days=ahead % 7 or 7)


def _of_month(found: re.Match[str], received: date) -> date | None:
    month, year = _MONTHS[found["month"]], int(found["year"] or received.year)
    if not found["year"] and month < received.month:
        year += 1
    day = date(year, month, 16 if found["middle"] else 1)
    if found["end"]:
        day = date(year + month // 12, month % 12 + 1, 1)
    return day if received < day <= received + _FURTHEST else None


def _date(found: re.Match[str], received: date) -> date | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["dmy"]:
            return _numeric(found["dmy"], received)
        month = _MONTHS[found["month"] or found["month2"]]
        year = found["year"] or found["year2"]
        return _of(int(found["day"] or found["day2"]), month, int(year) if year else 0, received)
    except ValueError:
        return None


def _numeric(text: str, received: date) -> date | None:
    """`7.1.`, `07/01/2027`: the day first, but for slashes where only the month first makes sense
    or comes sooner; an absence is short."""
    first, second, *rest = (int(part) for part in re.split(r"\s?[./-]\s?", text.strip(". ")))
    year = rest[0] if rest else 0
    year += 2000 if 0 < year < 100 else 0
    days = []
    for day, month in ((first, second), (second, first)):
        if "/" not in text and (day, month) != (first, second):
            break
        try:
            days.append(_of(day, month, year, received))
        except ValueError:
            continue
    return min((day for day in days if day >= received), default=None)


def _of(day: int, month: int, year: int, received: date) -> date:
    """Without a year the next such day."""
    if year:
        return date(year, month, day)
    this = date(received.year, month, day)
    return this if this >= received else date(received.year + 1, month, day)
