"""What people write in replies, by what it says and by language.

Each entry is a regular expression over text in lower case without accents (`ß` is `ss`), its blanks
standing for any white space; whole words match. `classification` says in which order they count.
"""

STOP = {
    "en": [
        r"(please )?(unsubscribe|remove|delete|erase|exclude) (me|us|my (e-?mail|address|name"
        r"|data|details|contact)|this (e-?mail )?address|our (e-?mail|address|company|details))",
        r"take (me|us|my (name|address|e-?mail)|our (name|address)) off",
        r"remove (me |us )?from (your|the|this|all|any) (mailing |e-?mail |contact "
        r"|distribution )?(list|lists|database|system|crm)",
        r"(stop|cease|quit) (e-?mailing|mailing|contacting|sending|spamming|writing|messaging"
        r"|bothering|harassing|pestering)",
        r"(do not|don't|dont|never) (ever )?(e-?mail|contact|write|message|mail|bother|spam"
        r"|reach out)( to)?( me| us)?( ever)? (again|any ?more|any further)",
        r"(do not|don't|dont) (e-?mail|contact|write to|message|mail|spam) (me|us)",
        r"(do not|don't|dont) (send|write) (me |us )?(any )?(more|further|any|anything)",
        r"no (more|further) (e-?mails?|messages?|mails?|contact|communications?)",
        r"(want|like|wish|prefer)( to be)? (to )?(unsubscribed?|opted? out|removed)",
        r"(i|we) (hereby )?opt(ed)? out",
        r"please opt (me|us) out",
        r"opt me out",
        r"(lose|delete) my (number|e-?mail|contact|address)",
        r"leave me alone",
        r"this is spam",
        r"reported? (this |you )?(as|for) spam",
        r"(cease and desist)",
        r"right to (erasure|be forgotten)",
        r"please unsubscribe",
    ],
    "de": [
        r"(bitte )?(melden sie|melde) (mich|uns) (bitte )?(sofort |umgehend )?ab",
        r"(mich|uns|meine (e-?mail-?)?adresse|meine daten) (bitte )?(aus|von) (ihrem|ihrer"
        r"|eurem|eurer|dem|der|deinem|deiner|diesem) [\w-]+ (zu )?(streichen|entfernen"
        r"|loschen|nehmen|austragen)",
        r"(streichen|entfernen|loschen|nehmen) sie (bitte )?(mich|uns|meine|unsere)",
        r"(tragen sie|trag) (mich|uns) (bitte )?aus",
        r"(bitte )?(keine|keinerlei) (weiteren |weitere |mehr )?(e-?mails?|mails|nachrichten"
        r"|werbung|anfragen|zusendungen|kontaktaufnahme|kontaktversuche)( mehr)?",
        r"(nicht (mehr|weiter|erneut|wieder)|nie wieder) (zu )?(kontaktieren|anschreiben"
        r"|kontaktiert|angeschrieben|anzuschreiben|schreiben|belastigen)",
        r"(kontaktieren|schreiben|belastigen) sie (mich|uns|mir) (bitte )?(nicht|nie)( mehr"
        r"| wieder)?( an)?",
        r"(horen|hor) (sie )?(bitte )?auf",
        r"lassen sie (mich|uns) (bitte )?in ruhe",
        r"(loschen sie|bitte) (bitte )?(alle )?meine daten( loschen)?",
        r"(bitte )?abmelden",
        r"abbestellen",
        r"abmeldung",
        r"austragen",
        r"widerspreche (ich )?(der|hiermit|jeder)",
        r"das ist spam",
        r"unterlassen sie",
    ],
    "fr": [
        r"desabonne[zr]?(-| )?(moi|nous)?",
        r"desinscri(vez|re|ption|s)(-| )?(moi|nous)?",
        r"(retirez|supprimez|enlevez|effacez|rayez)(-| )?(moi|nous|mon|mes|notre)",
        r"(me|nous) (retirer|supprimer|enlever|desinscrire|desabonner|rayer)",
        r"(ne|n') ?(me |nous )?(plus )?(m'|nous )?(contactez|contacter|ecrivez|ecrire|envoyez"
        r"|envoyer|sollicitez|solliciter|recontactez) (plus|jamais|pas)",
        r"ne (plus|pas|jamais) (me|m'|nous) ?(contacter|ecrire|envoyer|recontacter|solliciter"
        r"|demarcher)",
        r"ne plus (recevoir|etre contacte|etre sollicite)",
        r"(arretez|cessez) (de|d'|vos|tout)",
        r"plus (de|aucun) (mails?|e-?mails?|messages?|courriels?)",
        r"laissez(-| )(moi|nous) tranquilles?",
    ],
    "es": [
        r"(dar|darme|darnos|denme|deme|dame|dad|den) de baja",
        r"(quiero|solicito|deseo|pido) (la |mi )?baja",
        r"(elimin(e|en|a|ad|ar)|borr(e|en|a|ar)|quit(e|en|a|ar)|saqu(e|en)|sacar)(me|nos"
        r"|lo)? (me |nos |mi |mis |de (su|la|vuestra|tu) (lista|base))",
        r"(eliminenme|eliminame|borrenme|borrame|quitenme|quitame|saquenme|sacame|eliminarme"
        r"|borrarme|quitarme)",
        r"no (me|nos) (vuelva|vuelvan|vuelvas|contacte|contacten|contactes|escriba|escriban"
        r"|escribas|envie|envien|envies|mande|manden)",
        r"no (quiero|deseo|queremos) (recibir|que me|mas)",
        r"(deje|dejen|deja|dejad) de (enviar|escribir|contactar|mandar|molestar)\w*",
        r"no mas (correos|mensajes|e-?mails?)",
        r"cancelar (mi )?suscripcion",
    ],
    "it": [
        r"(cancellatemi|cancellami|mi cancelli|rimuovetemi|rimuovimi|mi rimuova|toglietemi"
        r"|toglimi|eliminatemi|disiscrivetemi|disiscrivimi)",
        r"(cancellare|rimuovere|eliminare|togliere) (il mio|la mia|i miei|questo indirizzo"
        r"|il nostro)",
        r"(essere|venire) (cancellato|cancellata|rimosso|rimossa|eliminato)",
        r"cancell(are|azione) (la mia )?(l')?iscrizione",
        r"non (mi|ci) (contatt(i|ate|are)|scriv(a|ete|ere)|invi(i|ate)|mand(i|ate)) (piu|mai)",
        r"non (contattatemi|scrivetemi|inviatemi|mandatemi|contattarmi|scrivermi|inviarmi) piu",
        r"non (voglio|desidero|vorrei) (piu )?ricevere",
        r"(smettete|smettetela|smetta|smettila|smetti|basta) (di|con)",
        r"disiscri(vere|zione)",
    ],
    "nl": [
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
    ],
    "pt": [
        r"(remov(a|am|er)|retir(e|em|ar)|exclu(a|am|ir)|apag(ue|uem|ar)|tir(e|em|ar))(-me"
        r"|-nos)? ?(me |nos |o meu |meu |meus |minha |os meus |da (sua|vossa) lista"
        r"|desta lista|da lista)",
        r"(remova-me|remover-me|retire-me|retirem-me|removam-me|exclua-me|me remova|me retire"
        r"|me exclua|me tire|me descadastre)",
        r"(descadastr\w+|desinscrev\w+|cancelar (a |minha |a minha )?(inscricao|subscricao"
        r"|assinatura))",
        r"nao (me |nos )?(contat(e|em)|contact(e|em)|escrev(a|am)|envi(e|em)|mand(e|em))(-me"
        r"|-nos)?( mais)",
        r"(pare|parem|deixe|deixem) de (me |nos )?(enviar|mandar|contactar|contatar|escrever"
        r"|incomodar)\w*",
        r"nao (quero|desejo|queremos) (mais )?receber",
        r"(mais nenhum|nao envie mais|sem mais) (e-?mails?|mensage\w+)",
    ],
}

STOP_ALONE = (
    r"(please |pls |bitte |por favor |s'il vous plait |per favore |aub |alstublieft )?"
    r"(stop|unsubscribe|unsub|remove|optout|opt out|opt-out|abmelden|abmeldung|austragen|desabonner"
    r"|desinscrire|baja|cancelar|cancella|cancellami|uitschrijven|afmelden|remover|sair|end|quit|stopp)"
    r"( (me|it|all|this|now|please|thanks|thank you|bitte|danke|merci|gracias"
    r"|grazie|aub|obrigado|mails?|e-?mails?))*"
)
"""Says stop when it is all there is."""

OUT_OF_OFFICE = {
    "en": [
        r"out of (the )?office",
        r"(away|absent) from (the |my )?(office|desk)",
        r"(on|taking) (annual |parental |maternity |paternity |sick |medical |vacation "
        r"|holiday )?(leave|vacation|holiday|pto)",
        r"(currently|presently|am|i'm|be) (out|away|travell?ing|unavailable)",
        r"limited access to (my )?(e-?mails?|internet)",
        r"(will|shall) (return|be back)",
        r"(back|returning) (in the office|on|to work)",
        r"(will )?(reply|respond|answer|get back)( to (you|your \w+))? (when|upon|once|after"
        r"|on) (i|my) return\w*",
        r"office (is|will be) closed",
    ],
    "de": [
        r"(nicht|ausser|bin) (mehr )?(im|des|dem) (buro|haus|hause|haus\w*|dienst)",
        r"abwesen(d|heit|heitsnotiz)",
        r"(im|in) (meinem )?(wohlverdienten )?urlaub",
        r"(in|im) (elternzeit|mutterschutz|krankenstand)",
        r"(wieder|erst) (ab|am|im buro|erreichbar|fur sie da|zuruck|da)",
        r"(nicht|nur eingeschrankt|schlecht) erreichbar",
        r"nach meiner (ruckkehr|rucckehr)",
        r"nicht im buro",
        r"betriebsferien",
    ],
    "fr": [
        r"absent(e)?( du bureau)?",
        r"en (conges?|vacances|deplacement|arret maladie)",
        r"absence( du bureau)?",
        r"de retour",
        r"mon retour",
        r"(bureaux|societe) (ferme|seront)\w*",
        r"conge (maternite|paternite|parental)",
    ],
    "es": [
        r"fuera de (la |mi )?oficina",
        r"(estoy|estare|encuentro|encontrare) (de |ausente|fuera|en )?(vacaciones|ausente"
        r"|viaje|fuera|baja)",
        r"ausen(te|cia)",
        r"(mi|a mi) (regreso|vuelta|retorno|reincorporacion)",
        r"acceso limitado a",
    ],
    "it": [
        r"(sono|saro) (in|fuori|assente)( (ferie|vacanza|sede|ufficio|trasferta|malattia"
        r"|maternita))?",
        r"fuori (sede|ufficio)",
        r"assen(te|za)",
        r"al mio (rientro|ritorno)",
        r"in (ferie|maternita|congedo)",
        r"(uffici|azienda) chius\w+",
    ],
    "nl": [
        r"(niet|weer) (aanwezig|op kantoor|bereikbaar|terug)",
        r"afwezig(heid)?",
        r"(met|op) (vakantie|verlof|zwangerschapsverlof|ouderschapsverlof)",
        r"buiten kantoor",
        r"bij (mijn )?terugkomst",
        r"(beperkt|niet) bereikbaar",
    ],
    "pt": [
        r"(estou|estarei|encontro-me) (de|em|fora|ausente|sem)( (ferias|licenca|viagem"
        r"|do escritorio))?",
        r"ausen(te|cia)",
        r"fora do escritorio",
        r"(meu|no meu|ao meu) (regresso|retorno)",
        r"de ferias",
        r"ferias coletivas",
    ],
}

LEFT = {
    "en": [
        r"(no longer|not any ?more|any ?more) (work|works|working|with|at|employed|part of"
        r"|in charge)\w*",
        r"(has|have|'ve|'s|is|are) (left|leaving) (the |our |this )?(company|organi[sz]ation"
        r"|firm|business|team|role)",
        r"(has |have )?(retired|changed jobs|moved on)( from)?",
    ],
    "de": [
        r"(nicht mehr|nicht langer) (bei|im unternehmen|in der firma|fur|tatig"
        r"|beschaftigt)( \w+)?",
        r"(hat|haben) (das|unser) (unternehmen|haus) verlassen",
        r"aus dem unternehmen ausgeschieden",
    ],
    "fr": [
        r"(ne|n') ?(travaille|fais|fait) (plus) (ici|partie|dans|chez|pour)",
        r"(a|ai) quitte (l'entreprise|la societe|le groupe|ses fonctions|mes fonctions)",
    ],
    "es": [
        r"ya no (trabaj\w+|forma|formo|pertenec\w+)",
        r"(ha|he) dejado (la|esta) (empresa|compania)",
    ],
    "it": [r"non lavor(o|a) piu", r"(ha|ho) lasciato (l'azienda|la societa)"],
    "nl": [
        r"(niet meer|niet langer) (werkzaam|in dienst)",
        r"werk(t)? (hier|er|daar) niet (meer|langer)",
        r"(heeft|hebben) (het bedrijf|de organisatie|ons) verlaten",
    ],
    "pt": [
        r"(ja )?nao trabalh(o|a) (mais|aqui|na|nesta)",
        r"(saiu|sai|deixou) (d)?(a|esta) (empresa|companhia)",
    ],
}
"""Of someone who does not come back."""

WRONG_PERSON = {
    "en": [
        r"(not|n't) the (right|correct|best|appropriate) (person|contact|one|address)",
        r"wrong (person|contact|address|department|guy|company|e-?mail)",
        r"(not|n't) (my|our) (area|department|responsibility|remit|field|role)",
        r"(not|n't) (responsible|in charge) (for|of)",
        r"(you should|please|best to|better to|you can|you may want to) (contact|speak|talk"
        r"|reach out|get in touch|write)( to| with)? (my colleague|our|the|with)",
        r"(don't|do not) (handle|deal with|manage|work on) (this|that|it|these)",
    ],
    "de": [
        r"(nicht|leider nicht) (der|die|mehr der|mehr die|mehr) ?(richtige|zustandige"
        r"|passende)? ?(ansprechpartner(in)?|person|zustandig|kontakt)",
        r"(nicht|nicht mehr) zustandig",
        r"falsche[rn]? (ansprechpartner(in)?|person|adresse|abteilung|kontakt)",
        r"(wenden sie sich|wende dich|kontaktieren sie) (bitte )?(an )?(meine[nm]?"
        r"|unsere[nm]?) (kolleg\w+|abteilung|einkauf)",
    ],
    "fr": [
        r"(pas|plus) (la bonne|le bon|la) (personne|interlocut\w+|contact|responsable)",
        r"mauvais(e)? (personne|interlocut\w+|adresse|contact)",
        r"(ne|n') ?(travaille|fais|fait|suis|est) (plus|pas) (ici|partie|dans|chez|pour"
        r"|en charge|responsable|concerne)",
        r"(contactez|adressez-vous|voyez|contacter) (plutot |s'il vous plait )?(mon|ma|notre"
        r"|a mon|avec mon) (collegue|service|responsable)",
    ],
    "es": [
        r"no soy (la|el) (persona|contacto|responsable|indicad\w+|adecuad\w+)",
        r"(persona|contacto|direccion|departamento) (equivocad\w+|incorrect\w+)",
        r"no (es|son) (de )?mi (area|departamento|responsabilidad|competencia)",
        r"(contact\w+|dirijase|hable) (con|a) (mi|nuestro) (colega|companer\w+|departamento)",
    ],
    "it": [
        r"non sono (io )?(la persona|il referente|il responsabile|la referente|il contatto"
        r"|l'interlocutore)( \w+)?",
        r"(persona|indirizzo|contatto|referente) sbagliat\w+",
        r"non (mi|ce ne) occup\w+",
        r"(contatt\w+|si rivolga|rivolgetevi|scriva|scrivete) (a|al|il|alla|la)?( )?(mio|mia"
        r"|nostro) (collega|ufficio|reparto|responsabile)",
    ],
    "nl": [
        r"niet de (juiste|goede) (persoon|contactpersoon)",
        r"verkeerde (persoon|adres|afdeling|contactpersoon)",
        r"(ga|gaat) ik niet over",
        r"(neem|kunt u) (dan |beter )?contact (op )?(met|opnemen met) mijn collega",
    ],
    "pt": [
        r"nao sou (a|o) (pessoa|contat?c?to|responsavel)( \w+)?",
        r"(pessoa|endereco|contato|departamento) (errad\w+|incorret\w+)",
        r"nao (e|faz parte) (da )?(minha|a minha) (area|responsabilidade|funcao)",
        r"(fale|contat?c?te|entre em contat?c?to) com (o |a )?(meu|minha|nosso) (colega"
        r"|departamento|equipe)",
    ],
}

NOT_INTERESTED = {
    "en": [
        r"(not|n't|no longer|never|un|dis) ?interested",
        r"no interest",
        r"no,? thank(s| you)",
        r"(not|n't) (a |an |the right |a good )?(fit|match|something we|for (us|me)|relevant"
        r"|needed|necessary|of interest|what we)",
        r"(we|i)('ll| will| have to| must|'d like to)? (pass|decline)",
        r"(don't|do not|have no) need( (this|it|any|for|your))?",
        r"(going|decided) (to go )?(with someone else|in a different direction|with another"
        r"|against)",
        r"hard pass",
        r"nope",
        r"(don't|do not) (want|require) (this|it|any|your)",
    ],
    "de": [
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
    ],
    "fr": [
        r"(pas|plus|aucunement|nullement) (vraiment )?(interesse\w*|d'interet)",
        r"non,? merci",
        r"(pas|aucun) (de )?(besoin|interet)",
        r"ne (nous|m'|m|me) ?(interesse|convient|correspond) pas",
        r"(nous|je) (declin\w+|ne donner\w+ pas suite)",
        r"ne donner\w+ pas suite",
        r"sans suite",
    ],
    "es": [
        r"no (estoy|estamos|me|nos) (interesad\w+|interesa)",
        r"no,? gracias",
        r"no (tengo|tenemos|hay) (interes|necesidad)",
        r"sin interes",
        r"no (lo |la )?(necesito|necesitamos|necesitamos)",
        r"no (es|encaja|se ajusta)( \w+){0,3} (para nosotros|lo que buscamos|con nosotros"
        r"|a nuestras necesidades)",
    ],
    "it": [
        r"non (sono|siamo|mi|ci|e) (interessat\w+|interessa|di interesse|di nostro interesse)",
        r"no,? grazie",
        r"nessun interesse",
        r"non (ho|abbiamo|c'e) (interesse|bisogno|necessita)",
        r"non (ne )?(ho|abbiamo) bisogno",
        r"non (fa|e adatto) (per|al caso)( \w+)?",
    ],
    "nl": [
        r"(geen|niet) (interesse|geinteresseerd|interessant|nodig|behoefte|relevant)",
        r"nee,? (bedankt|dank je|dank u|dankjewel)",
        r"(hebben|heb) (wij|we|ik|hier)? ?(hier )?(geen|niet) (behoefte|nodig"
        r"|interesse)( aan)?",
        r"niet (iets )?voor ons",
    ],
    "pt": [
        r"(nao|sem) (estou |estamos |tenho |temos |ha |me |nos )?(interess(e|ad\w+|a))",
        r"nao,? obrigad\w+",
        r"nao (preciso|precisamos|necessitamos|temos necessidade)",
        r"nao (e|faz sentido|se aplica|se encaixa)( \w+){0,3} (para nos|para mim|connosco"
        r"|conosco)",
    ],
}

INTERESTED_LATER = {
    "en": [
        r"(reach out|contact|write|e-?mail|ping|try|check( back)?|check in|follow up|get back"
        r"|come back|touch base|circle back|reconnect|revisit|call|let's (talk"
        r"|speak))( to)?( me| us| with me| with us| this| it)?( again| back)? (in|next|after"
        r"|later|towards?|around|at the (end|beginning|start)|once|when|sometime) (?!touch)",
        r"(maybe|perhaps|possibly) (later|next|in (the|a few|\d+|q\d|january|february|march"
        r"|april|may|june|july|august|september|october|november|december))",
        r"(not|n't) (right )?now,? (but|maybe|perhaps)",
        r"(bad|wrong|not the (right|best)|not a good) (time|timing|moment)",
        r"(next|in) (quarter|year|month|q[1-4]|spring|summer|autumn|fall"
        r"|winter)( \w+)?,? (would|works|could|might|is better|may)",
        r"(not|n't) (a priority|on our roadmap) (right now|at the moment|this (year|quarter)"
        r"|until)",
        r"(keep|put) (me|us|this) (in mind|on the list|on your list|posted) for",
        r"(in|after) (a few|a couple of|two|three|six|\d+) (weeks|months)",
    ],
    "de": [
        r"(melden|meldet|kommen|schreiben|kontaktieren|sprechen|fragen|rufen) sie (sich|mich"
        r"|uns|mir)? ?(bitte |gerne |doch )*(nochmal|noch einmal|wieder|erneut|spater|im|in"
        r"|nach|ab|anfang|ende|nachste[sn]|kommende[sn])",
        r"(im|in|ab|anfang|ende|nachste[sn]|kommende[sn]) (nachsten |kommenden )?(quartal"
        r"|jahr|monat|herbst|fruhjahr|sommer|winter|q[1-4])( \w+)? (wieder|nochmal"
        r"|noch einmal|erneut|passt|gerne|moglich|interessant)",
        r"(derzeit|momentan|aktuell|im moment|zurzeit|gerade) (leider )?(noch )?(nicht"
        r"|keine?n?)( \w+)?,? (aber|vielleicht|spater|gerne)",
        r"vielleicht (spater|im|in|nachste[sn])",
        r"(in|nach) (ein paar|einigen|zwei|drei|sechs|\d+) (wochen|monaten)",
        r"(zu einem )?spateren zeitpunkt",
        r"(schlechter|falscher|ungunstiger) zeitpunkt",
    ],
    "fr": [
        r"(recontactez|relancez|contactez|revenez|reparlons|rappelez)(-| )?(moi|nous|en"
        r"|vers moi|vers nous)? ?(s'il vous plait )?(en|dans|au|a la|apres|plus tard|l'annee"
        r"|le mois|d'ici)",
        r"(peut-etre|plutot) (plus tard|en|dans|l'annee prochaine|au|a la rentree)",
        r"(plus tard|ulterieurement|a la rentree|l'annee prochaine|au prochain trimestre"
        r"|le mois prochain)",
        r"pas (pour )?(le moment|l'instant|maintenant|tout de suite),? (mais|peut-etre"
        r"|revenez|recontactez)",
        r"dans (quelques|deux|trois|six|\d+) (semaines|mois)",
        r"pas le bon moment",
    ],
    "es": [
        r"(contact\w+|escrib\w+|hablemos|volvamos|retom\w+|llam\w+)( a)?( de nuevo"
        r"| nuevamente| otra vez)? (en|dentro de|mas adelante|el proximo|despues|a partir"
        r"|para)",
        r"(mas adelante|mas tarde|el (proximo|ano que viene|mes que viene)( \w+)?"
        r"|la proxima primavera)",
        r"(ahora|por ahora|de momento|en este momento) no,? (pero|quizas?|tal vez)",
        r"(quizas?|tal vez) (mas adelante|el|en|dentro)",
        r"dentro de (unas|unos|dos|tres|seis|\d+) (semanas|meses)",
        r"no es (el|un) (buen )?momento",
    ],
    "it": [
        r"(ricontatt\w+|risent\w+|riparl\w+|riscriv\w+|torn\w+ a (sentirci|scriver\w+)"
        r"|contatt\w+|risentiamoci)( (mi|ci|di nuovo))? (a|in|tra|fra|dopo|piu avanti|il|nel"
        r"|dal|la) ?",
        r"(piu avanti|piu tardi|l'anno prossimo|il prossimo (anno|mese|trimestre)"
        r"|il mese prossimo)",
        r"(ora|adesso|al momento|per ora|per il momento) no,? (ma|forse|pero)",
        r"forse (piu avanti|tra|fra|il|nel|a)",
        r"(tra|fra) (qualche|due|tre|sei|\d+) (settiman\w+|mes\w+)",
        r"non e il momento( giusto)?",
    ],
    "nl": [
        r"(neem|kom|mail|bel|contacteer|benader|probeer|spreken|schrijf)( \w+){0,4} (over"
        r"|volgend|volgende|later|na|in|begin|eind) (nog |weer |opnieuw |een |paar |maanden"
        r"|weken|jaar|kwartaal|q[1-4]|de|het|januari|februari|maart|april|mei|juni|juli"
        r"|augustus|september|oktober|november|december)",
        r"(misschien|wellicht) (later|volgend|in|over)( \w+)?",
        r"(nu|momenteel|op dit moment) (even )?niet,? (maar|misschien|wellicht)",
        r"over (een paar|enkele|twee|drie|zes|\d+) (weken|maanden)",
        r"niet het (juiste|goede) moment",
        r"op een later moment",
    ],
    "pt": [
        r"(contat?c?t\w+|fal\w+|retom\w+|volt\w+ a (falar|contat?c?tar)|escrev\w+"
        r"|procur\w+)(-me| me| comigo| connosco| conosco| novamente| de novo)* (em|daqui a"
        r"|mais tarde|no proximo|depois|a partir|para)",
        r"(mais tarde|mais para a frente|no proximo (ano|mes|trimestre)|ano que vem"
        r"|mes que vem)",
        r"(agora|de momento|por enquanto|neste momento) nao,? (mas|talvez)",
        r"talvez (mais|no|em|daqui)",
        r"daqui a (algumas|alguns|duas|dois|tres|seis|\d+) (semanas|meses)",
        r"nao e (o|um) (bom |melhor )?momento",
    ],
}

OBJECTION = {
    "en": [
        r"(too|very|so|rather) (expensive|pricey|costly|high)",
        r"(no|n't have( the| any| a)?|not have( the| any| a)?|without|limited|tight|cut"
        r"|frozen) budget\w*",
        r"budget (is|has been|was)( \w+)? (frozen|cut|spent|used|limited|tight|gone)",
        r"(already|currently|just) (have|has|use|using|work|working|working with|signed|got"
        r"|committed|under contract)( (a|an|with|to|another|this|our))?",
        r"(happy|satisfied|content|fine|good) with (our|what|the|my) (current|existing"
        r"|present|\w+ (provider|supplier|vendor|solution|tool))?( ?\w+)?",
        r"(locked in|tied in|under contract|in a contract|contract (runs|until|with))",
        r"(in-house|in house|internally|ourselves)",
        r"(can't|cannot|could not|couldn't) (afford|justify)",
        r"(concerned|worried|sceptical|skeptical) (about|that)",
        r"(competitor|we went with|we chose)",
    ],
    "de": [
        r"(zu|sehr) (teuer|kostspielig|hoch)",
        r"(kein|keine|fehlt das|fehlendes|begrenztes|ohne|nicht das) (budget|geld|mittel)",
        r"budget (ist |wurde )?(bereits |schon |leider )?(gekurzt|eingefroren|ausgeschopft"
        r"|verplant|erschopft)",
        r"(haben|nutzen|verwenden|arbeiten) (wir |ich )?(bereits|schon)( \w+){0,4}",
        r"(bereits|schon) (einen|eine|ein|mit|versorgt|im einsatz|vorhanden|abgedeckt)( \w+)?",
        r"(zufrieden) mit( \w+){0,3}",
        r"(sind|bin) (wir )?(sehr |rundum |bestens )?(zufrieden|versorgt|aufgestellt)",
        r"vertraglich gebunden|(laufenden|bestehenden) vertrag",
        r"(selbst|intern|inhouse) (gelost|gemacht|entwickelt|ab)?",
    ],
    "fr": [
        r"trop (cher|chere|couteux|onereux|eleve)",
        r"(pas|plus|aucun|sans) (de |le )?budget",
        r"budget (gele|serre|epuise|limite|coupe)",
        r"(avons|ai|utilisons|travaillons|utilise) (deja|actuellement)( \w+){0,3}",
        r"deja (un|une|equipe\w*|un prestataire|un fournisseur|sous contrat|en place)",
        r"(satisfait\w*|content\w*) (de|avec|par)( \w+)?",
        r"sous contrat",
        r"(en interne)",
    ],
    "es": [
        r"(muy|demasiado|tan) (caro|cara|costoso|elevado)",
        r"(no (tenemos|tengo|hay|contamos con)|sin) (el )?(presupuesto)",
        r"presupuesto (congelado|limitado|agotado|recortado)",
        r"ya (tenemos|tengo|usamos|utilizamos|trabajamos|contamos|disponemos)( \w+){0,3}",
        r"(contentos|satisfechos|contento|satisfecho) con",
        r"(contrato (vigente|con|hasta)|bajo contrato)",
        r"internamente",
    ],
    "it": [
        r"(troppo|molto) (caro|cara|costoso|costosa|alto)",
        r"(non (abbiamo|ho|c'e)|senza) (il |un )?budget",
        r"budget (bloccato|limitato|esaurito|congelato)",
        r"(abbiamo|ho|usiamo|utilizziamo|lavoriamo|collaboriamo) (gia)( \w+){0,3}",
        r"gia (un|una|coperti|con un)( \w+)?",
        r"(soddisfatt\w+|content\w+) (di|del|della|dell'|con|dei)",
        r"(vincolati|sotto contratto|contratto in essere)",
        r"internamente",
    ],
    "nl": [
        r"te (duur|hoog|prijzig)",
        r"(geen|niet het) budget",
        r"budget (is )?(op|bevroren|beperkt)",
        r"(hebben|heb|werken|gebruiken|gebruik) (wij |we |ik )?(hier )?(al|reeds)( \w+){0,3}",
        r"(tevreden) (met|over)( \w+)?",
        r"(vast aan|lopend|onder) contract",
        r"(zelf|intern) (in huis|opgelost|ontwikkeld)",
    ],
    "pt": [
        r"(muito|demasiado|tao) (caro|cara|elevado)",
        r"(nao (temos|tenho|ha)|sem) (orcamento|verba|budget)",
        r"orcamento (congelado|limitado|esgotado|cortado)",
        r"ja (temos|tenho|usamos|utilizamos|trabalhamos|contamos)( \w+){0,3}",
        r"(satisfeit\w+|content\w+) com",
        r"(contrato (vigente|com|ate)|sob contrato)",
        r"internamente",
    ],
}

INFORMATION_REQUEST = {
    "en": [
        r"(more|further|additional|some) (info|information|details|material)",
        r"(send|share|forward|provide|give)( me| us| over| through)?( \w+){0,3} (info"
        r"|information|details|brochure|deck|pricing|prices|price list|quote|overview"
        r"|case stud(y|ies)|references|presentation|link|documentation|one-?pager|proposal"
        r"|example\w*)",
        r"how much( \w+)?",
        r"(what|which) (is|are|does|do|would|about|kind|features|integrations"
        r"|plans)( \w+){0,6} (cost|costs|price|prices|pricing|integrat\w+|support\w*"
        r"|includ\w+|offer|differ\w*)",
        r"what (is|are|does|do|would|exactly|about)( \w+){0,8} ?\?",
        r"how (does|do|would|is|are|can|long|many)( [\w']+){1,12} ?\?",
        r"(do|does|can|could|is|are|would) (you|it|your|this)( [\w'-]+){1,14} ?\?",
        r"(pricing|price list|quote)",
        r"tell me more",
        r"where (can|do) i",
    ],
    "de": [
        r"(mehr|weitere|nahere|genauere|zusatzliche) (infos?|informationen|details|unterlagen"
        r"|angaben)",
        r"(senden|schicken|mailen|zusenden|zuschicken|ubersenden) sie( \w+){0,4} (infos?"
        r"|informationen|unterlagen|details|preise|preisliste|angebot|broschure|prasentation"
        r"|referenzen|beispiele)",
        r"(infos?|informationen|unterlagen|details|preise|preisliste|angebot|broschure"
        r"|prasentation) (zusenden|zuschicken|schicken|senden|zukommen)",
        r"(was|wie viel|wieviel) kostet?( \w+)?",
        r"(was|wie|welche|wieviel|wie viel|wo|wann|wer) [^.!?\n]{3,140}\?",
        r"(konnen|konnten|gibt|haben|bieten|ist|sind|funktioniert|unterstutzt|lasst) (sie|es"
        r"|das|ihre|sich) [^.!?\n]{3,140}\?",
        r"preisliste|preise",
    ],
    "fr": [
        r"(plus|davantage) (d'|de )?(infos?|informations?|details|precisions)",
        r"(envoyez|envoyer|transmettre|transmettez|faire parvenir|communiquer)( \w+|-moi"
        r"|-nous){0,3} (une |un |des |la |le |les |votre |vos |plus )*(documentation|brochure"
        r"|tarifs?|infos?|informations?|devis|presentation|details|prix)",
        r"(combien|quel est le (prix|cout|tarif)|quels sont (les|vos) (tarifs|prix))",
        r"(comment|quel|quelle|quels|quelles|combien|est-ce que|pouvez-vous|proposez-vous"
        r"|avez-vous) [^.!?\n]{3,140}\?",
        r"(tarifs|grille tarifaire|devis)",
    ],
    "es": [
        r"mas (informacion|info|detalles|datos)",
        r"(enviar|enviarme|envieme|enviame|mandar|mandarme|mandame|pasar|pasarme|compartir"
        r"|facilitar)( \w+){0,3} (informacion|info|precios?|tarifas?|catalogo|presupuesto"
        r"|detalles|presentacion|propuesta)",
        r"(cuanto (cuesta|vale|costaria)|que (precio|coste)|cual es el (precio|coste|costo))",
        r"(como|cual|cuales|cuanto|que|pueden|puede|tienen|tiene|ofrecen) [^.!?\n]{3,140}\?",
        r"(tarifas|lista de precios)",
    ],
    "it": [
        r"(maggiori|ulteriori|piu) (informazioni|info|dettagli)",
        r"(inviare|inviarmi|mandare|mandarmi|mi mandi|mi invii|mandami|inviatemi|mandatemi"
        r"|condividere)( \w+){0,3} (informazioni|info|listino|prezzi|brochure|preventivo"
        r"|materiale|dettagli|presentazione)",
        r"(quanto costa|qual e il (prezzo|costo)|quali sono i (prezzi|costi))",
        r"(come|quale|quali|quanto|cosa|potete|puo|avete|offrite) [^.!?\n]{3,140}\?",
        r"(listino|preventivo)",
    ],
    "nl": [
        r"(meer|verdere|extra|aanvullende) (info|informatie|details)",
        r"(stuur|sturen|mail|mailen|toesturen)( \w+){0,4} (info|informatie|prijzen|prijslijst"
        r"|offerte|brochure|details|presentatie|documentatie)",
        r"(info|informatie|prijzen|prijslijst|offerte|brochure) (sturen|toesturen|mailen)",
        r"(wat|hoeveel) (kost|kosten)( \w+)?",
        r"(wat|hoe|welke|hoeveel|kunt|kunnen|heeft|hebben|is|zijn|werkt|bieden)"
        r" [^.!?\n]{3,140}\?",
        r"(prijslijst|offerte)",
    ],
    "pt": [
        r"mais (informacoes|informacao|info|detalhes)",
        r"(enviar|envie|mandar|mande|partilhar|compartilhar"
        r"|encaminhar)(-me)?( \w+){0,3} (informacoes|informacao|precos?|tabela|orcamento"
        r"|catalogo|proposta|detalhes|apresentacao)",
        r"(quanto custa|qual (e )?o (preco|valor|custo)|quais os (precos|valores))",
        r"(como|qual|quais|quanto|que|podem|pode|tem|oferecem|voces) [^.!?\n]{3,140}\?",
        r"(tabela de precos|cotacao)",
    ],
}

INTERESTED = {
    "en": [
        r"(i'm|i am|we're|we are|am|very|quite|definitely|really|would be|might be|could be"
        r"|'d be|be) interested",
        r"sounds? (good|great|interesting|promising|perfect|excellent|intriguing|like a plan"
        r"|amazing|awesome)",
        r"(looks?|seems?) (good|great|interesting|promising)",
        r"(let's|let us|happy to|glad to|love to|like to|keen to|open to|willing to|up for"
        r"|want to|can we|could we|shall we|we should|i'd like to)( \w+){0,3} (talk|chat|meet"
        r"|call|speak|schedule|connect|discuss|hear more|learn more|know more|see|try|demo"
        r"|set up|book|jump|hop|a call|a chat|a demo|a meeting|meeting|talking|chatting)",
        r"(book|schedule|set up|arrange|organi[sz]e)( \w+){0,3} (call|meeting|demo|chat|time"
        r"|slot)",
        r"(call|meet|talk|speak|chat)( \w+)? (tomorrow|next week|this week|on (monday|tuesday"
        r"|wednesday|thursday|friday)|monday|tuesday|wednesday|thursday|friday)",
        r"(tuesday|wednesday|thursday|monday|friday|tomorrow|next week)( \w+){0,4} (works"
        r"|suits|is good|is fine|would work)",
        r"(i'm|i am|we are|we're) (free|available)",
        r"count me in|sign me up|yes,? please|tell me when|send (me |over |us )?(a |an |the "
        r"|your )?(calendar|invite|link|times|availability|calendly)( \w+)?",
        r"when (are|would|can|could) (you|we)( \w+){0,4}",
        r"(here is|here's|this is) my (number|calendar|calendly|phone)",
        r"yes,? (i'm|i am|we|we'd|let's|that|sure|absolutely|definitely|of course|sounds"
        r"|great)",
    ],
    "de": [
        r"(klingt|hort sich|liest sich|sieht|scheint|ware|ist) (sehr |ja |wirklich |durchaus "
        r"|auf jeden fall )?(gut|interessant|spannend|super|vielversprechend|toll)( an| aus)?",
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
    ],
    "fr": [
        r"(suis|sommes|serais|serions|tres|bien|vivement) (tres |bien |vivement )?interesse\w*",
        r"(m'|nous )interesse(rait)?( \w+)?",
        r"(semble|parait|a l'air|c'est|est) (tres |vraiment )?(interessant\w*|bien|prometteur"
        r"|super)",
        r"(planifi\w+|organis\w+|prenons|prendre|fixons|fixer|programm\w+|convenons"
        r"|caler)( \w+){0,3} (rendez-vous|rdv|appel|reunion|demo|creneau|point|visio)",
        r"(parlons|discutons|echangeons|echanger|discuter|en parler|appelez-moi"
        r"|rappelez-moi)( \w+)?",
        r"(volontiers|avec plaisir|oui,? (merci|bien|tout|pourquoi|je|avec|nous))",
        r"(disponible|dispo|libre)s? (mardi|mercredi|jeudi|lundi|vendredi|demain|la semaine"
        r"|pour|le)",
        r"quand (etes|seriez|pouvons|pourrions|pouvez)",
    ],
    "es": [
        r"(estoy|estamos|estaria|estariamos|muy) (muy |bastante )?interesad\w+",
        r"(me|nos) interesa(ria)?( \w+)?",
        r"(suena|parece|se ve|es) (muy |bastante )?(bien|interesante|genial|prometedor"
        r"|perfecto)",
        r"(agend\w+|program\w+|organi\w+|concert\w+|fij\w+|tener|hacer)( \w+){0,3} (llamada"
        r"|reunion|cita|demo|videollamada|reunirnos)",
        r"(hablemos|conversemos|llameme|llamame|charlemos|hablamos|me gustaria)( \w+)?",
        r"(si|claro|por supuesto),? (por favor|gracias|me|nos|claro|encantad\w+|perfecto"
        r"|adelante)",
        r"(me viene bien|tengo disponibilidad|estoy disponible|estoy libre)",
        r"cuando (podemos|podriamos|tiene|tienes|le|te|pueden)",
    ],
    "it": [
        r"(sono|siamo|sarei|saremmo|molto) (molto |davvero )?interessat\w+",
        r"(mi|ci) interess(a|erebbe)( \w+)?",
        r"(sembra|pare|suona|e) (molto |davvero )?(interessante|bene|ottimo|promettente"
        r"|perfetto)",
        r"(fissiamo|fissare|organizziamo|organizzare|programmiamo|fissi|sentiamoci|facciamo"
        r"|fare)( \w+){0,3} (chiamata|call|appuntamento|incontro|riunione|demo|telefonata"
        r"|videochiamata)",
        r"(parliamone|sentiamoci|parliamo|mi chiami|chiamami|volentieri|con piacere)( \w+)?",
        r"(si|certo),? (grazie|volentieri|certo|mi|ci|con|perfetto|molto)",
        r"(sono (libero|libera|disponibile)|mi va bene)( \w+)?",
        r"quando (possiamo|potremmo|e|sarebbe|puo|siete)",
    ],
    "nl": [
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
    ],
    "pt": [
        r"(estou|estamos|estaria|muito|tenho|temos) (muito |bastante )?(interessad\w+"
        r"|interesse)",
        r"(me|nos) interessa(ria)?|interessa-(me|nos)",
        r"(parece|soa|e) (muito |bastante )?(interessante|bem|bom|otimo|promissor"
        r"|perfeito)( \w+)?",
        r"(agend\w+|marc\w+|organiz\w+|combin\w+)( \w+){0,3} (chamada|reuniao|call|conversa"
        r"|demo|ligacao|horario|demonstracao)",
        r"(vamos (conversar|falar|marcar|agendar)|podemos (conversar|falar|marcar|agendar)"
        r"|gostaria de|me ligue|ligue-me)( \w+)?",
        r"(sim|claro),? (por favor|obrigad\w+|gostaria|com certeza|claro|pode|vamos|tenho)",
        r"(estou (disponivel|livre)|tenho disponibilidade)",
        r"quando (podemos|poderiamos|pode|voce|teria)",
    ],
}
