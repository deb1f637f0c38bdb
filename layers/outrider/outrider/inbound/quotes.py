"""What a reply says itself: without what it quotes, without the signature."""

import re

MAX_TEXT = 20_000
"""Characters kept of a reply."""

_ATTRIBUTIONS = (
    r"On\b.{5,250}\bwrote\s*:",
    r"Am\b.{5,250}\b(schrieb|geschrieben)\b.{0,150}:",
    r".{0,120}\bschrieb am\b.{0,150}:",
    r"Le\b.{5,250}\ba (é|e)crit\s*:",
    r"El\b.{5,250}\bescribi(ó|o)\s*:",
    r"(Il( giorno)?|Il)\b.{5,250}\bha scritto\s*:",
    r"Op\b.{5,250}\b(schreef|het volgende geschreven)\b.{0,150}:",
    r"Em\b.{5,250}\bescreveu\s*:",
    r"(Den|Le|On)\b.{5,250}\bskrev\b.{0,150}:",
    r"(?-i:[A-Z][\w.'-]{1,60}(?: [A-Z][\w.'-]{1,60}){0,3}) wrote\s*:",
    r".{2,250}<[^<>\s@]{1,64}@[^<>\s]{3,253}>(?: wrote)?\s*:",
    r"-{2,} ?On\b.{5,250}\bwrote ?-{2,}",
)
"""The line above a quote: a date and who wrote it, in one of several languages, or the writer's
address at its end in any."""
_ATTRIBUTION = re.compile(
    rf"^[ \t]*+(?:>[ \t]*+)?(?:{'|'.join(_ATTRIBUTIONS)})[ \t]*$", re.IGNORECASE | re.MULTILINE
)
"""What stands before it is taken once, of its own line only: else blank lines are gone through
again from each of them."""
_DIVIDER = re.compile(
    r"^[ \t]*(?:"
    r"-{2,}\s*(?:original message|reply message|original-nachricht|urspr(?:ü|u)ngliche nachricht"
    r"|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht"
    r"|mensagem original|forwarded message|weitergeleitete nachricht)\s*-{2,}"
    r"|_{10,}"
    r"|(?:sent from my|von meinem .{0,40} gesendet|gesendet von|envoyé de mon|enviado desde mi"
    r"|inviato da|verstuurd vanaf|enviado do meu).{0,60}"
    r")[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER = re.compile(
    r"^[ \t]*\*?(?:from|von|de|da|van)\s?:\*?.{1,300}\n"
    r"(?:[ \t]*\*?[\w\u00c0-\u024f][\w\u00c0-\u024f ]{1,20}:\*?.{0,300}\n){1,6}",
    re.IGNORECASE | re.MULTILINE,
)
"""The headers of the mail before, as some programs put them over it."""
_BROKEN = re.compile(
    r"^(?:On|Am|Le|El|Il|Op|Em)\b[^\n]{5,200}\n(?:[^\n]{1,150}\n)?"
    r"[^\n]{0,150}(?:wrote|schrieb|écrit|escribió|scritto|schreef|escreveu)[^\n]{0,80}:[ \t]*$",
    re.MULTILINE,
)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)


def own_words(text: str) -> str:
    """The part of a reply that its writer wrote; what was written between quoted lines is kept."""
    text = text[: 4 * MAX_TEXT]
    joined = _join_attributions(text)
    for pattern in (_ATTRIBUTION, _DIVIDER, _HEADER):
        joined = _before(pattern, joined)
    lines = [line for line in joined.split("\n") if not line.lstrip().startswith((">", "|>"))]
    own = _before(_SIGNATURE, "\n".join(lines))
    own = re.sub(r"\n{3,}", "\n\n", own).strip()
    return own[:MAX_TEXT]


def _before(pattern: re.Pattern[str], text: str) -> str:
    """The text up to the first match, unless the writer's words come only behind it."""
    found = pattern.search(text)
    if not found:
        return text
    if text[: found.start()].strip():
        return text[: found.start()]
    behind = text[found.end() :]
    answered_below = [line for line in behind.split("\n") if line.strip() and line[:1] != ">"]
    quotes = any(line.startswith(">") for line in behind.split("\n"))
    return behind if quotes and answered_below else text[: found.start()]


def _join_attributions(text: str) -> str:
    """An attribution that a program has broken into two or three lines in one."""
    return _BROKEN.sub(lambda found: " ".join(found[0].split("\n")), text)
