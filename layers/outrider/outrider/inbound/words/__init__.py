"""What people write in replies, by language and by what it says.

Each phrase is a regular expression over text in lower case without accents (`ß` is `ss`), its
blanks standing for any white space; whole words match. `classification` says in which order they
count. `left` are phrases about someone who does not come back.
"""

from typing import Literal

from outrider.inbound.words import de, en, es, fr, it, nl, pt

Meaning = Literal[
    "stop",
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

STOP_ALONE = (
    r"(please |pls |bitte |por favor |s'il vous plait |per favore |aub |alstublieft )?"
    r"(stop|unsubscribe|unsub|remove|optout|opt out|opt-out|abmelden|abmeldung|austragen|desabonner"
    r"|desinscrire|baja|cancelar|cancella|cancellami|uitschrijven|afmelden|remover|sair|end|quit|stopp)"
    r"( (me|it|all|this|now|please|thanks|thank you|bitte|danke|merci|gracias"
    r"|grazie|aub|obrigado|mails?|e-?mails?))*"
)
"""Says stop when it is all there is."""


def phrases(meaning: Meaning) -> list[str]:
    """Those of all languages: nobody says which one a reply is in."""
    return [phrase for language in _LANGUAGES for phrase in language.PHRASES[meaning]]
