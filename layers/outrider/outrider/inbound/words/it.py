"""Italian."""

PHRASES = {
    "stop": (
        r"(cancellatemi|cancellami|mi cancelli|rimuovetemi|rimuovimi|mi rimuova|toglietemi"
        r"|toglimi|eliminatemi|disiscrivetemi|disiscrivimi)",
        r"(cancellare|rimuovere|eliminare|togliere) (il mio|la mia|i miei|questo indirizzo"
        r"|il nostro)",
        r"(essere|venire) (cancellato|cancellata|rimosso|rimossa|eliminato)",
        r"cancell(are|azione) (la mia )?(l')?iscrizione",
        r"non (mi|ci) (contatt(i|ate|are)|scriv(a|ete|ere)|invi(i|ate)|mand(i|ate)) (piu"
        r"|mai)",
        r"non (contattatemi|scrivetemi|inviatemi|mandatemi|contattarmi|scrivermi|inviarmi)"
        r" piu",
        r"non (voglio|desidero|vorrei) (piu )?ricevere",
        r"(smettete|smettetela|smetta|smettila|smetti|basta) (di|con)",
        r"disiscri(vere|zione)",
    ),
    "stop_alone": (r"cancella|cancellami|cancellatemi|basta|disiscrizione|rimuovere|rimuovimi",),
    "stop_short": (r"cancell(ami|atemi|armi|arci)|disiscri\w+",),
    "courtesy": (r"per favore|per piacere|grazie|subito|mi|adesso",),
    "out_of_office": (
        r"(sono|saro) (in|fuori|assente)( (ferie|vacanza|sede|ufficio|trasferta|malattia"
        r"|maternita))?",
        r"fuori (sede|ufficio)",
        r"assen(te|za)",
        r"al mio (rientro|ritorno)",
        r"in (ferie|maternita|congedo)",
        r"(uffici|azienda) chius\w+",
    ),
    "left": (
        r"non lavor(o|a) piu",
        r"(ha|ho) lasciato (l'azienda|la societa)",
    ),
    "wrong_person": (
        r"non sono (io )?(la persona|il referente|il responsabile|la referente|il contatto"
        r"|l'interlocutore)( \w+)?",
        r"(persona|indirizzo|contatto|referente) sbagliat\w+",
        r"non (mi|ce ne) occup\w+",
        r"(contatt\w+|si rivolga|rivolgetevi|scriva|scrivete) (a|al|il|alla|la)?( )?(mio"
        r"|mia|nostro) (collega|ufficio|reparto|responsabile)",
    ),
    "not_interested": (
        r"non (sono|siamo|mi|ci|e) (interessat\w+|interessa|di interesse"
        r"|di nostro interesse)",
        r"no,? grazie",
        r"nessun interesse",
        r"non (ho|abbiamo|c'e) (interesse|bisogno|necessita)",
        r"non (ne )?(ho|abbiamo) bisogno",
        r"non (fa|e adatto) (per|al caso)( \w+)?",
    ),
    "interested_later": (
        r"(ricontatt\w+|risent\w+|riparl\w+|riscriv\w+|torn\w+ a (sentirci|scriver\w+)"
        r"|contatt\w+|risentiamoci)( (mi|ci|di nuovo))? (a|in|tra|fra|dopo|piu avanti|il"
        r"|nel|dal|la) ?",
        r"(piu avanti|piu tardi|l'anno prossimo|il prossimo (anno|mese|trimestre)"
        r"|il mese prossimo)",
        r"(ora|adesso|al momento|per ora|per il momento) no,? (ma|forse|pero)",
        r"forse (piu avanti|tra|fra|il|nel|a)",
        r"(tra|fra) (qualche|due|tre|sei|\d+) (settiman\w+|mes\w+)",
        r"non e il momento( giusto)?",
    ),
    "objection": (
        r"(troppo|molto) (caro|cara|costoso|costosa|alto)",
        r"(non (abbiamo|ho|c'e)|senza) (il |un )?budget",
        r"budget (bloccato|limitato|esaurito|congelato)",
        r"(abbiamo|ho|usiamo|utilizziamo|lavoriamo|collaboriamo) (gia)( \w+){0,3}",
        r"gia (un|una|coperti|con un)( \w+)?",
        r"(soddisfatt\w+|content\w+) (di|del|della|dell'|con|dei)",
        r"(vincolati|sotto contratto|contratto in essere)",
        r"internamente",
    ),
    "information_request": (
        r"(maggiori|ulteriori|piu) (informazioni|info|dettagli)",
        r"(inviare|inviarmi|mandare|mandarmi|mi mandi|mi invii|mandami|inviatemi|mandatemi"
        r"|condividere)( \w+){0,3} (informazioni|info|listino|prezzi|brochure|preventivo"
        r"|materiale|dettagli|presentazione)",
        r"(quanto costa|qual e il (prezzo|costo)|quali sono i (prezzi|costi))",
        r"(come|quale|quali|quanto|cosa|potete|puo|avete|offrite) [^.!?\n]{3,140}\?",
        r"(listino|preventivo)",
    ),
    "interested": (
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
    ),
}
