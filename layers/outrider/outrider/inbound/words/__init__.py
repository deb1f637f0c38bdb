"""What people write in replies, by language and by what it says.

Each phrase is a regular expression over text in lower case without accents (`ß` is `ss`), its
blanks standing for any white space; whole words match. `classification` says in which order they
count. `left` are phrases about someone who does not come back. `stop_alone` are words that ask to
stop where nothing but words of `courtesy` stands around them, `stop_short` those that do wherever
they stand in a short reply.
"""

from typing import Literal

from outrider.inbound.words import de, en, es, fr, it, nl, pt

Meaning = Literal[
    "stop",
    "stop_alone",
    "stop_short",
    "courtesy",
    "out_of_office",
    "left",
    "wrong_person",
    "not_interested",
    "interested_later",
    "objection",
    "information_request",
    "interested",
]
_LANGUAGES = (en, de, fr, es, it, nl, pt)


def phrases(meaning: Meaning) -> list[str]:
    """Those of all languages: nobody says which one a reply is in."""
    return [phrase for language in _LANGUAGES for phrase in language.PHRASES[meaning]]
