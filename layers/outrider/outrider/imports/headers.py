"""What the columns of a file mean: guessed by their names, or said by the caller.

Names are compared in one form: lower case, without accents, punctuation and spaces. Known are the
usual ones in English, German, French, Spanish, Italian, Dutch and Portuguese.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

from outrider.imports.errors import BrokenFile
from outrider.imports.models import Column, Kind

MAX_NAME = 100
_SHOWN = 20

OPEN_FIELD: dict[Kind, str | None] = {
    "contacts": "custom",
    "companies": "context",
    "suppressions": None,
}
"""Where columns nobody knows are kept."""

KEYS: dict[Kind, tuple[str, ...]] = {
    "contacts": ("email",),
    "companies": ("domain", "website"),
    "suppressions": ("address", "domain", "value"),
}
"""The fields of which a file needs one."""

_EMAIL = """
email, e-mail, mail, email address, e-mail address, mail address, email 1, e-mail 1, primary email,
work email, business email, contact email, e-mail-adresse, emailadresse, mailadresse, adresse mail,
adresse email, adresse e-mail, adresse électronique, courriel, correo, correo electrónico,
dirección de correo, indirizzo email, posta elettronica, e-mailadres, endereço de email
"""
_COUNTRY = "country, land, staat, pays, país, pais, paese, nation, country name"
_NAMES: dict[Kind, dict[str, str]] = {
    "contacts": {
        "email": _EMAIL,
        "first_name": """first name, firstname, given name, forename, vorname, rufname, prénom,
            nombre, nome, voornaam, primeiro nome""",
        "last_name": """last name, lastname, surname, family name, nachname, familienname, zuname,
            nom, nom de famille, apellido, apellidos, cognome, achternaam, sobrenome""",
        "full_name": """name, full name, fullname, contact, contact name, person, ansprechpartner,
            vollständiger name, nom complet, nombre completo, nome completo, nome e cognome""",
        "title": """title, job title, position, role, job, stelle, berufsbezeichnung, funktion,
            poste, fonction, intitulé du poste, cargo, puesto, ruolo, functie""",
        "company": """company, company name, organization, organisation, account, account name,
            employer, firma, firmenname, unternehmen, organisationsname, société, entreprise,
            raison sociale, empresa, compañía, azienda, società, bedrijf, bedrijfsnaam""",
        "linkedin_url": """linkedin, linkedin url, linkedin profile, person linkedin url,
            linkedin-profil, profil linkedin, perfil de linkedin""",
        "phone": """phone, phone 1, phone number, telephone, tel, mobile, mobile phone, work phone,
            direct phone, telefon, telefonnummer, rufnummer, mobil, handy, téléphone, numéro de
            téléphone, portable, teléfono, móvil, celular, telefono, cellulare, telefoon,
            telefone""",
        "country": _COUNTRY,
        "timezone": """timezone, time zone, zeitzone, fuseau horaire, zona horaria, fuso orario,
            tijdzone""",
        "folder_id": "folder id",
        "tags": "tags, tag, labels, schlagwörter, étiquettes, etiquetas, etichette",
        "fit_score": "fit score",
        "source": "source, lead source, quelle, herkunft, origine, fuente, origen, fonte, bron",
    },
    "companies": {
        "domain": "domain, company domain, domäne, domaine, dominio",
        "website": """website, web site, company website, url, homepage, web, internet,
            internetseite, webseite, webadresse, site web, site internet, sitio web, página web,
            sito web""",
        "linkedin_url": "linkedin, linkedin url, company linkedin url, linkedin page",
        "phone": "phone, telephone, phone number, telefon, téléphone, teléfono, telefono",
        "description": "description, beschreibung, descripción, descrizione, about",
        "founded": "founded, founded year, year founded, gegründet, gründungsjahr, fondée, fundada",
        "tags": "tags, tag, labels, schlagwörter, étiquettes, etiquetas, etichette",
        "name": """name, company, company name, organization name, organisation name, account name,
            firma, firmenname, unternehmen, nom, société, entreprise, raison sociale, nombre,
            empresa, razón social, nome, azienda, ragione sociale, bedrijfsnaam""",
        "country": _COUNTRY,
        "industry": """industry, sector, branche, industrie, wirtschaftszweig, secteur,
            secteur d'activité, industria, settore, bedrijfstak, setor""",
        "size": """size, employees, number of employees, employee count, company size, headcount,
            mitarbeiter, mitarbeiterzahl, anzahl mitarbeiter, effectif, nombre d'employés,
            empleados, número de empleados, dipendenti, werknemers, funcionários""",
    },
    "suppressions": {
        "address": _EMAIL + ", address, adresse, dirección, indirizzo",
        "domain": "domain, domains, domäne, domaine, dominio",
        "value": "value, address or domain, suppression, blocked",
        "reason": "reason, grund, motif, raison, motivo",
        "evidence": "evidence, note, notes, comment, comments, beleg, notiz, commentaire",
    },
}


def plain(name: str) -> str:
    """`E-Mail Adresse` and `e_mail_adresse` alike."""
    split = unicodedata.normalize("NFKD", name.replace("ß", "ss").casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in split if not unicodedata.combining(c)))


@cache
def _fields(kind: Kind) -> dict[str, str]:
    """The field of each name, in the form `plain` gives it."""
    known: dict[str, str] = {}
    for field, names in _NAMES[kind].items():
        for name in (field, *re.split(r",\s*", names)):
            known.setdefault(plain(name), field)
    return known


def guess(kind: Kind, name: str) -> str | None:
    return _fields(kind).get(plain(name))


def check_mapping(kind: Kind, mapping: Mapping[str, str | None]) -> None:
    """Raises ValueError when the mapping names a field that there is not, or one twice."""
    open_field = OPEN_FIELD[kind]
    seen: set[str] = set()
    for column, field in mapping.items():
        if field is None:
            continue
        head, dot, name = field.partition(".")
        known = 0 < len(name) <= MAX_NAME if dot else field in _NAMES[kind]
        if not known or (dot and head != open_field):
            own = f", or {open_field}.<name>" if open_field else ""
            raise ValueError(
                f"mapping: {column!r} cannot go to {field!r}; the fields are "
                f"{', '.join(_NAMES[kind])}{own}, or null to ignore the column"
            )
        if field in seen:
            raise ValueError(f"mapping: two columns go to {field!r}")
        seen.add(field)


def understand(
    kind: Kind, names: Sequence[str], mapping: Mapping[str, str | None], line: int
) -> list[Column]:
    """What each column is. Of several that could be one field the first is; the others are kept.

    Raises BrokenFile when the mapping names a column that is not there, or no column is a key.
    """
    columns = describe(kind, names, _given(names, mapping, line))
    if not {column.field for column in columns} & set(KEYS[kind]):
        raise BrokenFile(
            line,
            f"No column is {' or '.join(KEYS[kind])}. The columns are {_listed(names)}; "
            "say with mapping which one it is",
        )
    return columns


def describe(kind: Kind, names: Sequence[str], given: Mapping[str, str | None]) -> list[Column]:
    """What columns of these names are."""
    taken = {field for field in given.values() if field}
    columns = []
    for column in _distinct(names):
        if column in given:
            columns.append(Column(column=column, field=given[column], how="given"))
            continue
        field = guess(kind, column)
        if field and field not in taken and not _covered(field, taken):
            taken.add(field)
            columns.append(Column(column=column, field=field, how="guessed"))
        else:
            columns.append(Column(column=column, field=_kept(kind, column, taken), how="kept"))
    return columns


def _covered(field: str, taken: set[str]) -> bool:
    """A whole name says nothing beside its parts, and the other way round."""
    parts = {"first_name", "last_name"}
    return (field == "full_name" and bool(parts & taken)) or (
        field in parts and "full_name" in taken
    )


def _kept(kind: Kind, column: str, taken: set[str]) -> str | None:
    open_field = OPEN_FIELD[kind]
    if open_field is None or not column:
        return None
    field = f"{open_field}.{column[:MAX_NAME]}"
    taken.add(field)
    return field


def _given(
    names: Sequence[str], mapping: Mapping[str, str | None], line: int
) -> dict[str, str | None]:
    """The mapping by the columns' own names; a name is found in any spelling."""
    by_plain = {plain(name): name for name in reversed(_distinct(names))}
    found: dict[str, str | None] = {}
    missing = []
    for name, field in mapping.items():
        column = name.strip() if name.strip() in names else by_plain.get(plain(name))
        if column is None:
            missing.append(name)
        else:
            found[column] = field
    if missing:
        raise BrokenFile(
            line,
            f"The mapping names {_listed(missing)}, which the file does not have. "
            f"Its columns are {_listed(names)}",
        )
    return found


def _distinct(names: Sequence[str]) -> list[str]:
    """Columns of one name are told apart: `Email`, `Email (2)`."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return distinct


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
