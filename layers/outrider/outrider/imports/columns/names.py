"""Known column names of each field, the best first: if several columns could be one field, the one
with the earlier name gets it.

Known are the usual names in the languages of Europe, and those in the exports of the programs that
docs/imports.md lists. `plain` normalizes the spelling of a name.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from outrider.imports.models import Kind

_EMAIL = """
email, e-mail, email address, e-mail address, primary email, work email, business email,
contact email, emails, person email, personemail, email work, person - email - work, email 1,
e-mail 1,
e-mail 1 - value, email address 1, mail address, e-mail-adresse, emailadresse, mailadresse,
adresse mail, adresse email, adresse e-mail, adresse de messagerie, adresse électronique, courriel,
correo, correo electrónico, dirección de correo electrónico, dirección de correo, indirizzo email,
indirizzo di posta elettronica, posta elettronica, e-mailadres, endereço de email,
endereço de correio electrónico, endereço de e-mail, adres e-mail, adres email, poczta e-mail,
e-postadress, e-postadresse, e-post, mailadress, sähköposti, sähköpostiosoite, e-mailová adresa,
e-mail cím, adresă de e-mail, имейл, электронная почта, адрес эл. почты, e-posta, e-posta adresi,
メールアドレス, 电子邮件, 电子邮件地址, 邮箱, 이메일, mail,
email - work, email - other, personal email,
email home, person - email - home, person - email - other, invitee email, attendee email
"""
_COUNTRY = """
country, country/region, land, staat, pays, país, pais, paese, nation, country name, kraj, maa,
země, ország, țară, страна, ülke, company country, address 1 - country, mailing country,
mailingcountry, business country/region, business country, land/region geschäftlich,
land geschäftlich, pays/région (bureau), pays (bureau), país o región del trabajo,
paese (uff.), land (werk), país (comercial), país/região do emprego, kraj/region służbowy,
land/region (arbete), land/område (arbejde), land/område (arbeid), home country/region
"""
_PHONE = """
phone, primary phone, phone 1, phone number, work phone, work direct phone, direct phone,
direct phone number, direct number,
business phone, telephone, tel, phone 1 - value, phone - work, person - phone - work,
telefon geschäftlich, téléphone (bureau), teléfono del trabajo, telefono (uff.), telefoon op werk,
telefone comercial, telefone do emprego, telefon służbowy, arbetstelefon, telefon arbete,
telefon (arbete), telefon (arbejde), telefon (arbeid), telefon do zaměstnání, telefon,
telefonnummer, rufnummer, téléphone,
numéro de téléphone, teléfono, telefono, telefoon, telefone, telefonnummer arbeid, puhelin,
telefonní číslo, mobile, mobile phone, mobile number, mobilephone, primary mobile phone, cell phone,
cell, phone - mobile, person - phone - mobile, mobiltelefon, mobil, handy, tél. mobile, portable,
móvil, teléfono móvil, celular, cellulare, mobiele telefoon, telemóvel, telefon komórkowy,
mobilnummer, primary telephone, home phone, other phone, sms, телефон, 電話, 电话, 전화
"""
_TAGS = """
tags, tag, labels, schlagwörter, étiquettes, etiquetas, etichette, categories, kategorien,
catégories, categorías, categorie, categorieën, categorias, kategorie, kategorier,
group membership, person - labels
"""

_CONTACTS = {
    "email": _EMAIL,
    "first_name": """first name, firstname, fname, given name, forename, vorname, rufname, prénom,
        nombre, nome, nome próprio, voornaam, primeiro nome, nombre de pila, imię, förnamn,
        fornavn, etunimi,
        jméno, keresztnév, prenume,
        имя, person - first name, contact first name, invitee first name, attendee first name""",
    "last_name": """last name, lastname, lname, surname, family name, nachname, familienname,
        zuname, nom, nom de famille, apellido, apellidos, cognome, achternaam, sobrenome, apelido,
        nazwisko, efternamn, efternavn, etternavn, sukunimi, příjmení, vezetéknév,
        nume de familie, фамилия,
        soyad, person - last name, contact last name, invitee last name, attendee last name""",
    "full_name": """full name, fullname, name, display name, contact name, person - name,
        primary contact name, person, contact, ansprechpartner, vollständiger name,
        name des ansprechpartners, nom complet, nombre completo, nome completo, nome e cognome,
        volledige naam, naam, imię i nazwisko, namn, navn, nimi, jméno a příjmení, фио, name (full),
        氏名, 姓名, invitee name, attendee name, file as""",
    "title": """job title, jobtitle, job position, position, job function, position title,
        berufsbezeichnung, stellenbezeichnung, funktion, fonction, poste, intitulé du poste,
        cargo, puesto, puesto de trabajo, qualifica, posizione, posizione lavorativa, functie,
        functietitel, stanowisko, befattning, stilling, titteli, pozice, beosztás, funcție,
        должность, organization title, organization 1 - title, person - job title, 役職, 职位,
        stelle, ruolo, role, job, occupation, contact title, title, titel""",
    "company": """company, company name, organization name, organisation name,
        organization 1 - name, organization, organisation, account name, companyname, associated
        company, primary company, person - organization, company / account, account, accounts,
        employer,
        firma, firmenname, unternehmen, organisationsname, société, nom de l'entreprise,
        entreprise, raison sociale, empresa, compañía, organización, azienda, società, ditta,
        bedrijf, bedrijfsnaam, organização, przedsiębiorstwo, företag, selskap, virksomhed, yritys,
        společnost, cég, companie, компания, организация, şirket, 会社名, 会社, 公司""",
    "linkedin_url": """linkedin url, linkedin, linkedin profile, person linkedin url,
        linkedin profile url, linkedin contact profile url, contact linkedin url, linkedin link,
        linkedin-profil, profil linkedin, perfil de linkedin, linkedin person url, linkedinurl""",
    "phone": _PHONE,
    "country": "contact country, person country, " + _COUNTRY,
    "timezone": """timezone, time zone, zeitzone, fuseau horaire, zona horaria, fuso orario,
        tijdzone, fuso horário, strefa czasowa, tidszon, tidssone, tidszone""",
    "folder_id": "folder id",
    "tags": _TAGS,
    "fit_score": "fit score",
    "source": """source, lead source, leadsource, original source, person source, quelle, herkunft,
        origine, fuente, origen, fonte, bron, lead-quelle""",
    "unsubscribed": "unsubscribed",
    "subscribed": "subscribed",
    "bounced": "bounced",
    "status": "status",
}
_COMPANIES = {
    "domain": """domain, company domain, company domain name, domain name, domäne, domaine,
        dominio""",
    "website": """website, web site, company website, website url, url, homepage, web, internet,
        internetseite, webseite, webadresse, site web, site internet, sitio web, página web,
        sito web, company url, organization - website, strona internetowa, webbplats""",
    "linkedin_url": """linkedin url, linkedin, company linkedin url, linkedin page,
        linkedin company page, linkedin company profile url""",
    "phone": _PHONE,
    "description": """description, beschreibung, descripción, descrizione, about,
        short description, about us""",
    "founded": "founded, founded year, year founded, gegründet, gründungsjahr, fondée, fundada",
    "tags": _TAGS,
    "name": """name, company name, company, organization name, organisation name, account name,
        organization - name, firma, firmenname, unternehmen, nom, société, entreprise,
        raison sociale, nombre, empresa, razón social, nome, azienda, ragione sociale, bedrijfsnaam,
        företag, selskap, nazwa firmy""",
    "country": _COUNTRY,
    "industry": """industry, sector, branche, industrie, wirtschaftszweig, secteur,
        secteur d'activité, industria, settore, bedrijfstak, setor, primary industry, bransch,
        branża""",
    "size": """size, employees, number of employees, # employees, employee count, company size,
        headcount, mitarbeiter, mitarbeiterzahl, anzahl mitarbeiter, effectif, nombre d'employés,
        empleados, número de empleados, dipendenti, werknemers, funcionários, employees count""",
}
_SUPPRESSIONS = {
    "address": _EMAIL + ", address, adresse, dirección, indirizzo",
    "domain": "domain, domains, domäne, domaine, dominio",
    "value": "value, address or domain, suppression, blocked, entry, block list, blocklist",
    "reason": "reason, grund, motif, raison, motivo",
    "evidence": "evidence, note, notes, comment, comments, beleg, notiz, commentaire",
}
NAMES: Mapping[Kind, Mapping[str, str]] = {
    "contacts": _CONTACTS,
    "companies": _COMPANIES,
    "suppressions": _SUPPRESSIONS,
}

STANDING = ("unsubscribed", "subscribed", "bounced", "status")
"""Fields of contacts that determine whether they may be emailed. Several columns may have the same
one."""

_STANDING: Mapping[str, re.Pattern[str]] = {
    "unsubscribed": re.compile(
        r"""(?: (?:is|has|e?mail|hs|contact|primary|lead|global|globally|person|marketing|newsletter
                |gdpr|dsgvo|rgpd)* (?:
              unsub (?:scribed?)? (?: fromallemails? | email | all)?
            | opt(?:ed)?out (?: of )? (?:emails?|allemail|marketing)? (?:s)?
            | optedoutofemail .*
            | (?:donot|dont) (?:contact|e?mail|bulkemail|disturb) | dnc | dnd
            | emailopt(?:ed)?out | block(?:ed|listed) | blacklisted | suppressed | spamcomplaint
            | complained | markedasspam
            | noe?mails? | nomarketing | nonewsletter | stope?mail (?:s|ing)? | emailblocked
            | emaildisabled | stopped )
            (?: at | on | date | time | timestamp | status | c )? )
          | donotallowbulkemails? | emailpermissionrevoked | hasoptedoutofemail .*
          | personhasoptedoutofemail
          | abgemeldet(?:am)? | abmeldedatum | (?:e?mail|newsletter)? (?:abmeldung|abbestellt)
          | keine (?:werbung|e?mails?|newsletter) | widerspruch | werbesperre | werbewiderspruch
          | kontaktsperre | mailsperre | newsletterabgemeldet | nichtkontaktieren
          | desabonnee? | desinscrite? | desinscription | datededesinscription | nepascontacter
          | dadodebaja | baja | fechadebaja | nocontactar | noenviarcorreo
          | disiscritt[oa] | noncontattare | datadisiscrizione
          | uitgeschreven | afgemeld | nietcontacteren | nietmailen | uitgeschrevenop
          | descadastrad[oa] | naocontactar | descadastro
          | wypisan[ya] | niekontaktowac | rezygnacja
          | avregistrerad | avanmald | kontaktainte | avmeldt | avmeldtdato | afmeldt | peruutettu
          | odhlasen[ya]? | leiratkozott | dezabonat | отписан | отписался | aboneliktencikti""",
        re.VERBOSE,
    ),
    "subscribed": re.compile(
        r"""(?: (?:is|email|person)* subscribed (?:to.*)? )
          | (?:email|marketing|has|double){0,3} opt(?:ed)?in (?:status|c)?
          | accepts? (?:email)? marketing
          | (?:email|marketing|gdpr|dsgvo|rgpd){1,3} (?:consent|permissions?)
            (?:status|state|c)?
          | consent (?:given|toemail|tocontact|status)?
          | (?:can|okto|may|allow(?:ed)?) (?:to)? (?:contact|e?mails?|marketing)
          | e?mailallowed | mailable
          | inscrit[eo]? | suscrito | suscrita | inscrito | iscritt[oa] | ingeschreven | aangemeld
          | einwilligung | werbeeinwilligung | emailerlaubt | werbungerlaubt | consentement
          | optinemail | consentimiento | consenso | consensomarketing | toestemming
          | consentimento | zgoda | zgodamarketingowa | samtycke | samtykke""",
        re.VERBOSE,
    ),
    "bounced": re.compile(
        r"""(?: (?:is|has|email|mail)* (?:hard)? bounced? (?: at | on | date | time | reason | c)? )
          | (?:is|personis)? emailbounced (?:date|reason)? | emailhardbouncereason
          | invalidemail (?:address)? | isinvalidemail | emailinvalid | emailisinvalid
          | bademail | cleantime | cleaned (?:at)? | undeliverable | unzustellbar | ungultigeemail
          | nondelivre | rebotado | rimbalzato | onbestelbaar""",
        re.VERBOSE,
    ),
    "status": re.compile(
        r"""(?: email | mail | contact | lead | person | subscriber | subscription | member | list
              | marketing | verification | validation | zb | campaign | kontakt | delivery ){0,3}
            status
          | (?:contact|lead|person|lifecycle)? stage | lifecycle | (?:lead)?category | laststate
          | result | emailstate | subscriptionstate | deliverability
          | emaildeliverability | (?:email)? verificationresult | emailresult | zbsubstatus
          | zerobouncestatus | neverbounceresult | etat | statut | estado | stato | statusmail
          | emailquality | mailstatus""",
        re.VERBOSE,
    ),
}
_DIGITS = re.compile(r"\d+")
_LONGEST = 60
"""Characters of a column name that can mean an opt-out or bounce."""


def plain(name: str) -> str:
    """Return the normalized name: `E-Mail Adresse` and `e_mail_adresse` are the same."""
    split = unicodedata.normalize("NFKD", name.replace("ß", "ss").casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in split if not unicodedata.combining(c)))


@cache
def _fields(kind: Kind) -> dict[str, tuple[str, int]]:
    """Return the field of each normalized name, and the rank of the name: the lower, the better."""
    known: dict[str, tuple[str, int]] = {}
    for field, names in NAMES[kind].items():
        for rank, name in enumerate((*re.split(r",\s*", names.strip()), field)):
            known.setdefault(plain(name), (field, rank))
    return known


def known(kind: Kind, name: str) -> tuple[str, int] | None:
    """Return the field that a name means, and its rank among the field's names, or None."""
    return _known(kind, plain(name))


@lru_cache(4096)
def _known(kind: Kind, name: str) -> tuple[str, int] | None:
    if found := _fields(kind).get(name):
        return found
    if kind == "contacts" and len(name) <= _LONGEST:
        for field, pattern in _STANDING.items():
            if pattern.fullmatch(name):
                return field, 0
    return None


def guess(kind: Kind, name: str) -> str | None:
    """Return the field that a name means, or None."""
    found = known(kind, name)
    return found[0] if found else None


def numbered(kind: Kind, name: str) -> tuple[str, int] | None:
    """Return the field and number of a numbered column name: `Email 2` is the second `email`,
    `Phone 3 - Value` the third `phone`. Return None for other names."""
    bare = plain(name)
    for found in _DIGITS.finditer(bare):
        for instead in ("1", ""):
            other = _known(kind, bare[: found.start()] + instead + bare[found.end() :])
            if other and other[0] not in STANDING:
                return other[0], int(found[0][:6])
    return None
