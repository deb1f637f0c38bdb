"""French."""

PHRASES = {
    "stop": (
        r"desabonne[zr]?(-| )?(moi|nous)?",
        r"desinscri(vez|re|ption|s)(-| )?(moi|nous)?",
        r"(retirez|supprimez|enlevez|effacez|rayez)(-| )?(moi|nous|mon|mes|notre)",
        r"(retirer|supprimer|enlever|effacer|rayer) (mon|mes|notre|nos) (adresse|e-?mail|mail"
        r"|donnees|coordonnees|nom)",
        r"(rgpd)\W+(art\w*\W+)?(17|21)",
        r"art\w*\W+(17|21)( \w+\.?){0,3}\W+rgpd",
        r"(me|nous) (retirer|supprimer|enlever|desinscrire|desabonner|rayer)",
        r"(ne|n') ?(me |nous )?(plus )?(m'|nous )?(contactez|contacter|ecrivez|ecrire"
        r"|envoyez|envoyer|sollicitez|solliciter|recontactez) (plus|jamais|pas)",
        r"ne (plus|pas|jamais) (me|m'|nous) ?(contacter|ecrire|envoyer|recontacter"
        r"|solliciter|demarcher)",
        r"ne plus (recevoir|etre contacte|etre sollicite)",
        r"(arretez|cessez) (de|d'|vos|tout)",
        r"plus (de|aucun) (mails?|e-?mails?|messages?|courriels?)",
        r"laissez(-| )(moi|nous) tranquilles?",
    ),
    "stop_alone": (r"stop|desabonner|desabonnement|desinscrire|desinscription|retirer|supprimer",),
    "stop_short": (r"(?<!pas\s)(desabonn\w+|desinscri\w+)",),
    "courtesy": (r"svp|stp|s'il vous plait|merci|de|me|moi|nous|maintenant|veuillez",),
    "out_of_office": (
        r"absent(e)?( du bureau)?",
        r"en (conges?|vacances|deplacement|arret maladie)",
        r"absence( du bureau)?",
        r"de retour",
        r"mon retour",
        r"(bureaux|societe) (ferme|seront)\w*",
        r"conge (maternite|paternite|parental)",
    ),
    "left": (
        r"(ne|n') ?(travaille|fais|fait) (plus) (ici|partie|dans|chez|pour)",
        r"(a|ai) quitte (l'entreprise|la societe|le groupe|ses fonctions|mes fonctions)",
    ),
    "wrong_person": (
        r"(pas|plus) (la bonne|le bon|la) (personne|interlocut\w+|contact|responsable)",
        r"mauvais(e)? (personne|interlocut\w+|adresse|contact)",
        r"(ne|n') ?(travaille|fais|fait|suis|est) (plus|pas) (ici|partie|dans|chez|pour"
        r"|en charge|responsable|concerne)",
        r"(contactez|adressez-vous|voyez|contacter) (plutot |s'il vous plait )?(mon|ma"
        r"|notre|a mon|avec mon) (collegue|service|responsable)",
    ),
    "not_interested": (
        r"(pas|plus|aucunement|nullement) (vraiment )?(interesse\w*|d'interet)",
        r"non,? merci",
        r"(pas|aucun) (de )?(besoin|interet)",
        r"ne (nous|m'|m|me) ?(interesse|convient|correspond) pas",
        r"(nous|je) (declin\w+|ne donner\w+ pas suite)",
        r"ne donner\w+ pas suite",
        r"sans suite",
    ),
    "interested_later": (
        r"(recontactez|relancez|contactez|revenez|reparlons|rappelez)(-| )?(moi|nous|en"
        r"|vers moi|vers nous)? ?(s'il vous plait )?(en|dans|au|a la|apres|plus tard"
        r"|l'annee|le mois|d'ici)",
        r"(peut-etre|plutot) (plus tard|en|dans|l'annee prochaine|au|a la rentree)",
        r"(plus tard|ulterieurement|a la rentree|l'annee prochaine|au prochain trimestre"
        r"|le mois prochain)",
        r"pas (pour )?(le moment|l'instant|maintenant|tout de suite),? (mais|peut-etre"
        r"|revenez|recontactez)",
        r"dans (quelques|deux|trois|six|\d+) (semaines|mois)",
        r"pas le bon moment",
    ),
    "objection": (
        r"trop (cher|chere|couteux|onereux|eleve)",
        r"(pas|plus|aucun|sans) (de |le )?budget",
        r"budget (gele|serre|epuise|limite|coupe)",
        r"(avons|ai|utilisons|travaillons|utilise) (deja|actuellement)( \w+){0,3}",
        r"deja (un|une|equipe\w*|un prestataire|un fournisseur|sous contrat|en place)",
        r"(satisfait\w*|content\w*) (de|avec|par)( \w+)?",
        r"sous contrat",
        r"(en interne)",
    ),
    "information_request": (
        r"(plus|davantage) (d'|de )?(infos?|informations?|details|precisions)",
        r"(envoyez|envoyer|transmettre|transmettez|faire parvenir|communiquer)( \w+|-moi"
        r"|-nous){0,3} (une |un |des |la |le |les |votre |vos |plus )*(documentation"
        r"|brochure|tarifs?|infos?|informations?|devis|presentation|details|prix)",
        r"(combien|quel est le (prix|cout|tarif)|quels sont (les|vos) (tarifs|prix))",
        r"(comment|quel|quelle|quels|quelles|combien|est-ce que|pouvez-vous|proposez-vous"
        r"|avez-vous) [^.!?\n]{3,140}\?",
        r"(tarifs|grille tarifaire|devis)",
    ),
    "interested": (
        r"(suis|sommes|serais|serions|tres|bien|vivement) (tres |bien "
        r"|vivement )?interesse\w*",
        r"(m'|nous )interesse(rait)?( \w+)?",
        r"(semble|parait|a l'air|c'est|est) (tres |vraiment )?(interessant\w*|bien"
        r"|prometteur|super)",
        r"(planifi\w+|organis\w+|prenons|prendre|fixons|fixer|programm\w+|convenons"
        r"|caler)( \w+){0,3} (rendez-vous|rdv|appel|reunion|demo|creneau|point|visio)",
        r"(parlons|discutons|echangeons|echanger|discuter|en parler|appelez-moi"
        r"|rappelez-moi)( \w+)?",
        r"(volontiers|avec plaisir|oui,? (merci|bien|tout|pourquoi|je|avec|nous))",
        r"(disponible|dispo|libre)s? (mardi|mercredi|jeudi|lundi|vendredi|demain|la semaine"
        r"|pour|le)",
        r"quand (etes|seriez|pouvons|pourrions|pouvez)",
    ),
}
