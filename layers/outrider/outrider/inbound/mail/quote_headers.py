"""Recognition of lines that email clients, gateways and companies add: quote headers, footers,
notices."""

import re
from functools import cache

from outrider.inbound.classification.words import fold
from outrider.inbound.mail import programs

LONGEST = 400
"""Maximum characters of a line that a client adds."""

_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}\.[\w.-]{2,190}")
_LAST_ADDRESS = re.compile(r"[<(\[][^<>\s@]{1,64}@[^<>\s@]{1,255}[>)\]]\W{0,3}$")
_MOMENT = re.compile(
    r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
    r"|\d{1,4} ?[\u5e74\u6708\u65e5\ub144\uc6d4\uc77c]"
)
"""A time, a year or a numeric date."""
_DRAWN_LINE = r"(?:-{2,}|[\u2010-\u2015]{2,}|_{2,}|={2,}|\*{2,})"
_DASHED = re.compile(rf"({_DRAWN_LINE})\s*(\S.{{0,80}}?)\s*{_DRAWN_LINE}")
_RULE = re.compile(r"[_\u2014\u2500=-]{10,}")
_HEADER = re.compile(r"(?:\*|\u200e)*([^\W\d_][^:\uff1a\n<>@\d]{0,29}?)\s?\*?\s?[:\uff1a]\*?(.*)")
_ONE_LINE = re.compile(r"(?:^|\s)\*?([^\W\d_][\w .]{0,19}?)\s?\*?[:\uff1a]")
_LINK = re.compile(
    r"<?\bhttps?://\S{1,500}|<mailto:[^>]{1,300}>|\[(?:image|cid|mailto)\b[^\]]{0,300}\]"
)
_PROGRAM = re.compile(r"\boutlook\b.{0,12}\b(?:ios|android)\b")
_BEGINNING = 200
_LONGEST_FOOTER = 2_000
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_BARS = re.compile(r" \u00b7 |[|\u2022]")
_PARTS = re.compile(r" \u00b7 |[|\u2022:<>()]")
_DRAWN = " *_-|>\"'([\t\n.,"
_NAME = re.compile(r"[A-Z\u00c0-\u00de][\w.'-]{0,60}(?: [A-Z\u00c0-\u00de][\w.'-]{0,60}){0,3}")


def without_links(line: str) -> str:
    return _LINK.sub(" ", line)


def is_rule(line: str) -> bool:
    """Return whether the line is a drawn rule."""
    return bool(_RULE.fullmatch(line))


def is_attribution(line: str, *, quoted: bool) -> bool:
    """Return whether the line names who wrote the quote below it, as "On … wrote:". If `quoted`
    lines follow, weaker evidence is enough."""
    if not 5 < len(line) <= LONGEST:
        return False
    dashed = _DASHED.fullmatch(line)
    content = (dashed[2] if dashed else line).strip(" -*_")
    ends = bool(dashed) or content.endswith((":", "\uff1a"))
    address, moment = _ADDRESS.search(content), _MOMENT.search(content)
    if ends and ((moment and (address or quoted)) or _LAST_ADDRESS.search(content)):
        return True
    if not (ends or (moment and address)) or not _wrote(content):
        return False
    if ends:
        name = content.rstrip(":\uff1a ").rpartition(" ")[0]
        return bool(moment or address or _NAME.fullmatch(name) or (quoted and len(content) < 120))
    return len(content) < 200


def is_begun(line: str, rest: str) -> bool:
    """Return whether an attribution may begin on the line and end in the rest: only the line has a
    date."""
    return bool(_MOMENT.search(line)) and not _MOMENT.search(rest)


def _wrote(line: str) -> bool:
    """Return whether the line has a word for "wrote"."""
    words = fold(line).rstrip(":\uff1a ").split()
    found = f" {' '.join(words)} "
    return any(verb in found for verb in _verbs())


@cache
def _verbs() -> tuple[str, ...]:
    """Return the words for "wrote", between blanks if their language separates words."""
    return tuple(f" {verb} " if verb[0] < "\u0e00" else verb for verb in programs.entries("wrote"))


def is_divider(line: str) -> bool:
    """Return whether the line is a divider such as "Original message"."""
    if len(line) > 120:
        return False
    dashed = _DASHED.fullmatch(line)
    content = fold((dashed[2] if dashed else line).strip(" -*_:>"))
    if content in programs.names("original"):
        return bool(dashed) or line.rstrip().endswith((":", "-"))
    return bool(dashed and len(dashed[1]) >= 5 and any(each.isalpha() for each in content))


def headers(lines: list[str], at: int) -> int:
    """Return how many lines from this one on are the headers (From, Sent, To, …) of a quoted email;
    0 if none."""
    if at >= len(lines):
        return 0
    if not _kind(lines[at]):
        return _in_one_line(lines[at])
    seen: list[str] = []
    end = at
    while end < len(lines) and end < at + 12:
        kind = _kind(lines[end])
        if kind:
            seen.append(kind)
        elif not (seen and _continues(lines, end)):
            break
        end += 1
    if len(seen) < 2 or ("from" not in seen and len(seen) < 3):
        return 0
    return end - at


def sender(lines: list[str]) -> str:
    """Return the writer of the quoted email, from the lines that `headers` found or from an
    attribution."""
    named = (_HEADER.match(line[:LONGEST].strip()) for line in lines if _kind(line) == "from")
    return next((each[2].strip() for each in named if each), " ".join(lines)[:LONGEST])


def unknown_headers(lines: list[str], at: int) -> int:
    """Return how many lines are headers in an unknown language: at least two lines with a name and
    a colon, one of them with an address or a date; 0 if none."""
    end = at
    while end < len(lines) and end < at + 8 and _HEADER.fullmatch(lines[end][:LONGEST].strip()):
        end += 1
    block = "\n".join(lines[at:end])
    return end - at if end - at >= 2 and (_ADDRESS.search(block) or _MOMENT.search(block)) else 0


def _kind(line: str) -> str:
    """Return the kind of header that the line is: `from`, `header`, or empty for none."""
    found = _HEADER.match(line[:LONGEST].strip())
    if not found:
        return ""
    name = fold(found[1]).strip(" .*")
    if name in programs.names("from"):
        return "from"
    known = name in programs.names("headers") or f"{name}." in programs.names("headers")
    return "header" if known else ""


def _continues(lines: list[str], at: int) -> bool:
    """Return whether the line continues a long header that another one follows."""
    line = lines[at].strip()
    return bool(line) and at + 1 < len(lines) and bool(_kind(lines[at + 1]))


def _in_one_line(line: str) -> int:
    found = {fold(each).strip(" .*") for each in _ONE_LINE.findall(line[:LONGEST])}
    known = found & (programs.names("headers") | programs.names("from"))
    return 1 if len(known) >= 3 and found & programs.names("from") else 0


def is_from_program(line: str) -> bool:
    """Return whether the line only names the device or client, as "Sent from my …"."""
    content = without_links(line).strip(" -*_<>[]()")
    if not content or len(content) > 70:
        return False
    folded = fold(content)
    if _PROGRAM.search(folded) and len(folded.split()) <= 8:
        return True
    begins = folded.startswith(programs.entries("sent from"))
    return begins or (len(folded) < 40 and folded.endswith(programs.entries("sent from")))


def is_footer(text: str) -> bool:
    """Return whether the text is a standard footer of a company or list: unsubscribe link,
    confidentiality notice, company details. A person's own short opt-out request may begin like
    one, so a footer needs a link, a longer beginning or more words."""
    begins = " ".join(fold(text[:_BEGINNING]).lstrip(_DRAWN).split())
    entries = programs.entries("footer")
    if not begins.startswith(entries):
        return False
    longest = max(filter(begins.startswith, entries), key=len)
    text = text[:_LONGEST_FOOTER]
    content = fold(text)
    return (
        without_links(text) != text
        or longest.count(" ") >= 3
        or len(content.split()) + len(_UNSPACED.findall(content)) // 2 >= 15
        or any(each in content for each in programs.entries("click"))
    )


def is_notice(paragraph: str) -> bool:
    """Return whether the paragraph is a warning that a gateway inserts above inbound email."""
    content = " ".join(fold(paragraph[:_BEGINNING]).lstrip(_DRAWN).split())
    return content.startswith(programs.entries("notice"))


def is_unsubscribe_link(line: str) -> bool:
    """Return whether the line is an unsubscribe link."""
    if len(line) > 4 * LONGEST:
        return False
    shown = without_links(line)
    parts = {fold(part).strip(_DRAWN) for part in _PARTS.split(shown)}
    linked = shown != line or bool(_BARS.search(line))
    return linked and not parts.isdisjoint(programs.names("leave"))
