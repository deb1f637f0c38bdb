"""German."""

PHRASES = {
    "stop": (
        r"(bitte )?(melden sie|melde) (mich|uns) (bitte )?(sofort |umgehend )?ab",
        r"(mich|uns|meine (e-?mail-?)?adresse|meine daten) (bitte )?(aus|von) (ihrem|ihrer"
        r"|eurem|eurer|dem|der|deinem|deiner|diesem) [\w-]+ (zu )?(streichen|entfernen"
        r"|loschen|nehmen|austragen)",
        r"(streichen|entfernen|loschen|nehmen) sie (bitte )?(mich|uns|meine|unsere)",
        r"(tragen sie|trag) (mich|uns) (bitte )?aus",
        r"(bitte )?(keine|keinerlei) (weiteren |weitere |mehr )?(e-?mails?|mails"
        r"|nachrichten|werbung|anfragen|zusendungen|kontaktaufnahme|kontaktversuche)( mehr)?",
        r"(nicht (mehr|weiter|erneut|wieder)|nie wieder) (zu )?(kontaktieren|anschreiben"
        r"|kontaktiert|angeschrieben|anzuschreiben|schreiben|belastigen)",
        r"(kontaktieren|schreiben|belastigen) sie (mich|uns|mir) (bitte )?(nicht|nie)( mehr"
        r"| wieder)?( an)?",
        r"(horen|hor) (sie )?(bitte )?auf",
        r"lassen sie (mich|uns) (bitte )?in ruhe",
        r"(loschen sie|bitte) (bitte )?(alle )?meine daten( loschen)?",
        r"(bitte )?abmelden",
        r"abbestellen",
        r"abmeldung (vom|von|aus) (ihrem |eurem |dem |der |ihrer )?(newsletter|verteiler|liste"
        r"|mails?|e-?mails?)",
        r"austragen",
        r"widerspreche (ich )?(der|hiermit|jeder)",
        r"widerspruch (gemass|nach|gegen|laut)",
        r"(dsgvo|ds-gvo)\W+(art\w*\W+)?(17|21)",
        r"art\w*\W+(17|21)( \w+\.?){0,3}\W+(dsgvo|ds-gvo)",
        r"das ist spam",
        r"unterlassen sie",
    ),
    "stop_alone": (r"abmelden|abmeldung|austragen|abbestellen|stopp|loschen|aufhoren",),
    "stop_short": (
        r"(?<!nicht\s)(abmelden|abbestellen|austragen)",
        r"(nehmen|streichen|loschen) (sie )?(mich|uns)",
    ),
    "courtesy": (r"bitte|danke|sofort|umgehend|mich|uns|alles|jetzt|endlich|vielen dank",),
    "out_of_office": (
        r"(nicht|ausser|bin) (mehr )?(im|des|dem) (buro|haus|hause|haus\w*|dienst)",
        r"abwesen(d|heit|heitsnotiz)",
        r"(im|in) (meinem )?(wohlverdienten )?urlaub",
        r"(in|im) (elternzeit|mutterschutz|krankenstand)",
        r"(wieder|erst) (ab|am|im buro|erreichbar|fur sie da|zuruck|da)",
        r"(nicht|nur eingeschrankt|schlecht) erreichbar",
        r"nach meiner (ruckkehr|rucckehr)",
        r"nicht im buro",
        r"betriebsferien",
    ),
    "left": (
        r"(nicht mehr|nicht langer) (bei|im unternehmen|in der firma|fur|tatig"
        r"|beschaftigt)( \w+)?",
        r"(hat|haben) (das|unser) (unternehmen|haus) verlassen",
        r"aus dem unternehmen ausgeschieden",
    ),
    "wrong_person": (
        r"(nicht|leider nicht) (der|die|mehr der|mehr die|mehr) ?(richtige|zustandige"
        r"|passende)? ?(ansprechpartner(in)?|person|zustandig|kontakt)",
        r"(nicht|nicht mehr) zustandig",
        r"falsche[rn]? (ansprechpartner(in)?|person|adresse|abteilung|kontakt)",
        r"(wenden sie sich|wende dich|kontaktieren sie) (bitte )?(an )?(meine[nm]?"
        r"|unsere[nm]?) (kolleg\w+|abteilung|einkauf)",
    ),
    "not_interested": (
        r"(kein|keinerlei|nicht) (interesse|interessiert|interessant)",
        r"nein,? danke",
        r"(kein|keinen) bedarf",
        r"(brauchen|benotigen) (wir|ich) (das |dies |es |derzeit |aktuell |leider )?(nicht"
        r"|keine)",
        r"(passt|kommt) (das |es |leider |fur uns |fur mich )*(leider )?nicht (in frage"
        r"|infrage|zu uns|fur uns|in betracht)?",
        r"(wir|ich) (mussen|muss|mochten|mochte) (leider )?(absagen|ablehnen|verzichten)",
        r"fur (uns|mich) (leider )?(nicht|uninteressant)( \w+)?",
        r"uninteressant",
        r"haben (wir |leider )?keine verwendung",
    ),
    "interested_later": (
        r"(melden|meldet|kommen|schreiben|kontaktieren|sprechen|fragen|rufen) sie (sich"
        r"|mich|uns|mir)? ?(bitte |gerne |doch )*(nochmal|noch einmal|wieder|erneut|spater"
        r"|im|in|nach|ab|anfang|ende|nachste[sn]|kommende[sn])",
        r"(im|in|ab|anfang|ende|nachste[sn]|kommende[sn]) (nachsten |kommenden )?(quartal"
        r"|jahr|monat|herbst|fruhjahr|sommer|winter|q[1-4])( \w+)? (wieder|nochmal"
        r"|noch einmal|erneut|passt|gerne|moglich|interessant)",
        r"(derzeit|momentan|aktuell|im moment|zurzeit|gerade) (leider )?(noch )?(nicht"
        r"|keine?n?)( \w+)?,? (aber|vielleicht|spater|gerne)",
        r"vielleicht (spater|im|in|nachste[sn])",
        r"(in|nach) (ein paar|einigen|zwei|drei|sechs|\d+) (wochen|monaten)",
        r"(zu einem )?spateren zeitpunkt",
        r"(schlechter|falscher|ungunstiger) zeitpunkt",
    ),
    "objection": (
        r"(zu|sehr) (teuer|kostspielig|hoch)",
        r"(kein|keine|fehlt das|fehlendes|begrenztes|ohne|nicht das) (budget|geld|mittel)",
        r"budget (ist |wurde )?(bereits |schon |leider )?(gekurzt|eingefroren|ausgeschopft"
        r"|verplant|erschopft)",
        r"(haben|nutzen|verwenden|arbeiten) (wir |ich )?(bereits|schon)( \w+){0,4}",
        r"(bereits|schon) (einen|eine|ein|mit|versorgt|im einsatz|vorhanden"
        r"|abgedeckt)( \w+)?",
        r"(zufrieden) mit( \w+){0,3}",
        r"(sind|bin) (wir )?(sehr |rundum |bestens )?(zufrieden|versorgt|aufgestellt)",
        r"vertraglich gebunden|(laufenden|bestehenden) vertrag",
        r"(selbst|intern|inhouse) (gelost|gemacht|entwickelt|ab)?",
    ),
    "information_request": (
        r"(mehr|weitere|nahere|genauere|zusatzliche) (infos?|informationen|details"
        r"|unterlagen|angaben)",
        r"(senden|schicken|mailen|zusenden|zuschicken|ubersenden) sie( \w+){0,4} (infos?"
        r"|informationen|unterlagen|details|preise|preisliste|angebot|broschure"
        r"|prasentation|referenzen|beispiele)",
        r"(infos?|informationen|unterlagen|details|preise|preisliste|angebot|broschure"
        r"|prasentation) (zusenden|zuschicken|schicken|senden|zukommen)",
        r"(was|wie viel|wieviel) kostet?( \w+)?",
        r"(was|wie|welche|wieviel|wie viel|wo|wann|wer) [^.!?\n]{3,140}\?",
        r"(konnen|konnten|gibt|haben|bieten|ist|sind|funktioniert|unterstutzt|lasst) (sie"
        r"|es|das|ihre|sich) [^.!?\n]{3,140}\?",
        r"preisliste|preise",
    ),
    "interested": (
        r"(klingt|hort sich|liest sich|sieht|scheint|ware|ist) (sehr |ja |wirklich "
        r"|durchaus |auf jeden fall )?(gut|interessant|spannend|super|vielversprechend"
        r"|toll)( an| aus)?",
        r"(bin|sind|ware|waren|habe|haben|hatte|hatten)( \w+){0,3} (interessiert|interesse)",
        r"(gerne|gern) (mehr|ein|einen|telefonieren|sprechen|ja|mal|am|nachste|unterhalten"
        r"|austauschen|kennenlernen|ansehen|vereinbaren)( \w+)?",
        r"(lassen sie uns|lass uns|konnen wir|wollen wir"
        r"|sollten wir)( \w+){0,6} (telefonieren|sprechen|reden|treffen|austauschen"
        r"|vereinbaren|ausmachen|schauen|unterhalten)",
        r"(termin|telefonat|demo|call|gesprach|videocall)( \w+){0,4} (vereinbaren|ausmachen"
        r"|vorschlagen|machen|passt|moglich|buchen|einplanen)",
        r"(passt|passen) (mir|uns|es|bei mir|gut|der|am|dienstag|mittwoch|donnerstag|montag"
        r"|freitag)( \w+)?",
        r"wann (hatten|haben|passt|konnen|konnten|waren)( \w+){0,4}",
        r"rufen sie (mich|uns) (gerne |bitte |doch )?(an|morgen|nachste|unter)?",
        r"ja,? (gerne|gern|bitte|sehr|klar|das|wir)",
    ),
}
