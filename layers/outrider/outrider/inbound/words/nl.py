"""Dutch."""

PHRASES = {
    "stop": (
        r"(schrijf|meld) (mij|me|ons) (alstublieft |aub |a\.u\.b\. )?(uit|af)",
        r"(uitschrijven|afmelden)",
        r"(verwijder|haal) (mij|me|ons|mijn)( (gegevens|adres|e-?mail\w*))?( alstublieft"
        r"| aub)?( uit| van)?",
        r"(geen|niet meer) (verdere |meer )?(e-?mails?|mails|berichten)( meer)?( (sturen"
        r"|ontvangen))?",
        r"(niet meer|nooit meer) (te )?(mailen|contacten|benaderen|benaderd|schrijven"
        r"|contacteren)",
        r"neem geen contact( meer)?( met (mij|ons))?( meer)? op",
        r"stop (met|alstublieft|aub)",
        r"laat (mij|me|ons) met rust",
    ),
    "stop_alone": (r"uitschrijven|afmelden|uitschrijving|verwijderen|stoppen",),
    "stop_short": (r"(?<!niet\s)(uitschrijven|afmelden|uit te schrijven|af te melden)",),
    "courtesy": (r"aub|a\.u\.b\.|alstublieft|alsjeblieft|graag|bedankt|dank u|mij|me|nu",),
    "out_of_office": (
        r"(niet|weer) (aanwezig|op kantoor|bereikbaar|terug)",
        r"afwezig(heid)?",
        r"(met|op) (vakantie|verlof|zwangerschapsverlof|ouderschapsverlof)",
        r"buiten kantoor",
        r"bij (mijn )?terugkomst",
        r"(beperkt|niet) bereikbaar",
    ),
    "left": (
        r"(niet meer|niet langer) (werkzaam|in dienst)",
        r"werk(t)? (hier|er|daar) niet (meer|langer)",
        r"(heeft|hebben) (het bedrijf|de organisatie|ons) verlaten",
    ),
    "wrong_person": (
        r"niet de (juiste|goede) (persoon|contactpersoon)",
        r"verkeerde (persoon|adres|afdeling|contactpersoon)",
        r"(ga|gaat) ik niet over",
        r"(neem|kunt u) (dan |beter )?contact (op )?(met|opnemen met) mijn collega",
    ),
    "not_interested": (
        r"(geen|niet) (interesse|geinteresseerd|interessant|nodig|behoefte|relevant)",
        r"nee,? (bedankt|dank je|dank u|dankjewel)",
        r"(hebben|heb) (wij|we|ik|hier)? ?(hier )?(geen|niet) (behoefte|nodig"
        r"|interesse)( aan)?",
        r"niet (iets )?voor ons",
    ),
    "interested_later": (
        r"(neem|kom|mail|bel|contacteer|benader|probeer|spreken|schrijf)( \w+){0,4} (over"
        r"|volgend|volgende|later|na|in|begin|eind) (nog |weer |opnieuw |een |paar |maanden"
        r"|weken|jaar|kwartaal|q[1-4]|de|het|januari|februari|maart|april|mei|juni|juli"
        r"|augustus|september|oktober|november|december)",
        r"(misschien|wellicht) (later|volgend|in|over)( \w+)?",
        r"(nu|momenteel|op dit moment) (even )?niet,? (maar|misschien|wellicht)",
        r"over (een paar|enkele|twee|drie|zes|\d+) (weken|maanden)",
        r"niet het (juiste|goede) moment",
        r"op een later moment",
    ),
    "objection": (
        r"te (duur|hoog|prijzig)",
        r"(geen|niet het) budget",
        r"budget (is )?(op|bevroren|beperkt)",
        r"(hebben|heb|werken|gebruiken|gebruik) (wij |we |ik )?(hier )?(al|reeds)( \w+){0,3}",
        r"(tevreden) (met|over)( \w+)?",
        r"(vast aan|lopend|onder) contract",
        r"(zelf|intern) (in huis|opgelost|ontwikkeld)",
    ),
    "information_request": (
        r"(meer|verdere|extra|aanvullende) (info|informatie|details)",
        r"(stuur|sturen|mail|mailen|toesturen)( \w+){0,4} (info|informatie|prijzen"
        r"|prijslijst|offerte|brochure|details|presentatie|documentatie)",
        r"(info|informatie|prijzen|prijslijst|offerte|brochure) (sturen|toesturen|mailen)",
        r"(wat|hoeveel) (kost|kosten)( \w+)?",
        r"(wat|hoe|welke|hoeveel|kunt|kunnen|heeft|hebben|is|zijn|werkt|bieden)"
        r" [^.!?\n]{3,140}\?",
        r"(prijslijst|offerte)",
    ),
    "interested": (
        r"(ben|zijn|zeer|heel|erg|wel|zeker) (zeer |heel |erg |wel |zeker )?geinteresseerd",
        r"(klinkt|lijkt|ziet er|is) (zeer |heel |erg |me |ons |mij )*(goed|interessant|leuk"
        r"|veelbelovend|prima)( uit)?",
        r"(heb|hebben) (wel |zeker )?(interesse|belangstelling)",
        r"(plan|plannen|inplannen|maken|afspreken|bellen|prikken)( \w+){0,4} (afspraak"
        r"|gesprek|demo|call|moment|datum|afspreken)",
        r"(afspraak|gesprek|demo|call)( \w+){0,3} (plannen|inplannen|maken|prikken)",
        r"(laten we|zullen we|kunnen we)( \w+){0,5} (bellen|praten|spreken|afspreken"
        r"|inplannen|overleggen)",
        r"(graag|ja,? graag|prima,?|bel me|belt u mij)( \w+)?",
        r"wanneer (kunt|kunnen|zou|schikt|heeft|ben)",
    ),
}
